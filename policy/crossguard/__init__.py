"""The rules as a CrossGuard policy pack, for an engine: what it shows is turned into registrations.

It speaks the engine's protocol by the SDK's stubs: the package `pulumi-policy` needs an older protobuf than the SDK.
"""
