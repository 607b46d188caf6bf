"""The request for a certificate (PKCS #10), which shows that whoever asks has the key.

https://www.rfc-editor.org/rfc/rfc2986, https://www.rfc-editor.org/rfc/rfc8555#section-7.4
"""

from asn1crypto import algos, core, csr, x509

from failover.certificates.keys import PrivateKey


def signing_request(key: PrivateKey, names: tuple[str, ...]) -> bytes:
    """Return the DER of a request for these DNS names; they stand among the alternative names alone."""
    info = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": x509.Name.build({}),
            "subject_pk_info": key.public_info(),
            "attributes": [{"type": "extension_request", "values": [[alternative_names(names)]]}],
        }
    )
    request = csr.CertificationRequest(
        {
            "certification_request_info": info,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signature": core.OctetBitString(key.sign_der(info.dump())),
        }
    )
    return bytes(request.dump())


def alternative_names(names: tuple[str, ...]) -> x509.Extension:
    """Return the extension that lists DNS names."""
    listed = x509.GeneralNames([x509.GeneralName("dns_name", name) for name in names])
    # Without a subject it is all that names the holder, and then it is critical (RFC 5280, 4.2.1.6).
    return x509.Extension({"extn_id": "subject_alt_name", "critical": True, "extn_value": listed})
