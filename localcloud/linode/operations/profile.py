"""The user, his tokens and keys; the account and its settings; events."""

import secrets
from dataclasses import asdict, replace

from localcloud.linode.account import Account
from localcloud.linode.body import Body
from localcloud.linode.entities.event import Event
from localcloud.linode.entities.profile import EVERYTHING, NEVER, SshKey, Token
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.refusals import invalid, not_found
from localcloud.linode.routes import Call, change, collection, view
from localcloud.linode.shown import shown

FAMILIES = frozenset(
    {
        "account", "databases", "domains", "events", "firewall", "images", "ips", "linodes", "lke", "longview",
        "maintenance", "nodebalancers", "object_storage", "stackscripts", "volumes", "vpc",
    }
)  # fmt: skip
ACCESSES = ("read_only", "read_write", "*")
SHOWN_CHARACTERS = 16
"""Of a token only its beginning is ever shown again."""

KEY_TYPES = ("ssh-dss", "ssh-rsa", "ecdsa-sha2-nistp", "ssh-ed25519", "sk-ecdsa-sha2-nistp256")


def _profile(call: Call) -> Json:
    return {
        "uid": 1,
        "username": call.user.username,
        "email": call.user.email,
        "email_notifications": True,
        "authentication_type": "password",
        "authorized_keys": [],
        "ip_whitelist_enabled": False,
        "lish_auth_method": "password_keys",
        "referrals": {"code": "", "completed": 0, "credit": 0, "pending": 0, "total": 0, "url": ""},
        "restricted": call.user.restricted,
        "tfa_enforced": False,
        "timezone": "UTC",
        "two_factor_auth": False,
        "verified_phone_number": None,
    }


def _shown_token(token: Token, characters: int = SHOWN_CHARACTERS) -> Object:
    shown: dict[str, Json] = {**asdict(token), "token": token.token[:characters]}
    return {name: value for name, value in shown.items() if name != "username"}


def _own_tokens(call: Call) -> list[Token]:
    return call.account.tokens.where(lambda each: each.username == call.user.username)


def _token(call: Call) -> Token:
    token = call.account.tokens.need(call.id("tokenId"))
    if token.username != call.user.username:
        raise not_found()
    return token


def _create_token(call: Call) -> Json:
    made = make_token(call.account, call.body, call.user.username)
    return _shown_token(made, len(made.token))


def make_token(account: Account, body: Body, username: str) -> Token:
    """Make a user's token with the scopes that are sent, every one of them if none is.

    Raises:
        Refused: there is no such scope (400).
    """
    scopes = body.text("scopes", EVERYTHING)
    for scope in scopes.split():
        family, _, access = scope.partition(":")
        if scope != EVERYTHING and (family not in FAMILIES or access not in ACCESSES):
            raise invalid(f"Invalid scope {scope}", "scopes")
    token = Token(
        id=account.new_id(),
        label=body.text("label"),
        scopes=scopes,
        token=secrets.token_hex(32),
        created=account.now(),
        username=username,
        expiry=body.text("expiry", NEVER),
    )
    return account.tokens.put(token.id, token)


def _update_token(call: Call) -> Json:
    token = _token(call)
    renamed = replace(token, label=call.body.text("label", token.label))
    return _shown_token(call.account.tokens.put(token.id, renamed))


def _delete_token(call: Call) -> Json:
    call.account.tokens.remove(_token(call).id)
    return EMPTY


def _add_key(call: Call) -> Json:
    text = call.body.needed("ssh_key")
    if not text.startswith(KEY_TYPES):
        raise invalid("SSH key type must be one of " + ", ".join(KEY_TYPES), "ssh_key")
    label = call.body.needed("label")
    key = SshKey(id=call.account.new_id(), label=label, ssh_key=text, created=call.account.now())
    return asdict(call.account.ssh_keys.put(key.id, key))


def _update_key(call: Call) -> Json:
    key = call.account.ssh_keys.need(call.id("sshKeyId"))
    return asdict(call.account.ssh_keys.put(key.id, replace(key, label=call.body.text("label", key.label))))


def _delete_key(call: Call) -> Json:
    call.account.ssh_keys.remove(call.id("sshKeyId"))
    return EMPTY


def _settings(_call: Call) -> Json:
    return {
        "backups_enabled": False,
        "interfaces_for_new_linodes": "legacy_config_default_but_linode_allowed",
        "longview_subscription": None,
        "maintenance_policy": "linode/migrate",
        "managed": False,
        "network_helper": True,
        "object_storage": "active",
        "tfa_enforced": False,
    }


def _shown_event(event: Event) -> Object:
    secondary = shown(event.secondary_entity)
    return {**asdict(event), "entity": shown(event.entity), "secondary_entity": secondary}


def _events(account: Account) -> list[Object]:
    """Give all events, the newest first."""
    return [_shown_event(event) for event in reversed(list(account.events))]


def _mark_seen(call: Call) -> Json:
    """Mark an event and all before it as seen."""
    newest = call.account.events.need(call.id("eventId"))
    for event in call.account.events.where(lambda each: each.id <= newest.id):
        call.account.events.put(event.id, replace(event, seen=True))
    return EMPTY


EVENT_FILTERS = (
    "action created entity.id entity.type id details.complete_time details.description details.maintenance_policy_set "
    "details.not_before details.source details.start_time"
)
TOKENS, KEYS = "/profile/tokens", "/profile/sshkeys"
ROUTES = (
    view("get-profile", "/profile", "account:read_only", _profile),
    collection(
        "get-personal-access-tokens",
        TOKENS,
        "account:read_only",
        lambda call: [_shown_token(each) for each in _own_tokens(call)],
        "created label",
    ),
    change("post-personal-access-token", f"POST {TOKENS}", "account", _create_token),
    view(
        "get-personal-access-token",
        f"{TOKENS}/{{tokenId}}",
        "account:read_only",
        lambda call: _shown_token(_token(call)),
    ),
    change("put-personal-access-token", f"PUT {TOKENS}/{{tokenId}}", "account", _update_token),
    change("delete-personal-access-token", f"DELETE {TOKENS}/{{tokenId}}", "account", _delete_token),
    collection(
        "get-ssh-keys",
        KEYS,
        "account:read_only",
        lambda call: [asdict(each) for each in call.account.ssh_keys],
        "label",
    ),
    change("post-add-ssh-key", f"POST {KEYS}", "account", _add_key),
    view(
        "get-ssh-key",
        f"{KEYS}/{{sshKeyId}}",
        "account:read_only",
        lambda call: asdict(call.account.ssh_keys.need(call.id("sshKeyId"))),
    ),
    change("put-ssh-key", f"PUT {KEYS}/{{sshKeyId}}", "account", _update_key),
    change("delete-ssh-key", f"DELETE {KEYS}/{{sshKeyId}}", "account", _delete_key),
    view("get-account-settings", "/account/settings", "account:read_only", _settings),
    collection("get-events", "/account/events", "events:read_only", lambda call: _events(call.account), EVENT_FILTERS),
    view(
        "get-event",
        "/account/events/{eventId}",
        "events:read_only",
        lambda call: _shown_event(call.account.events.need(call.id("eventId"))),
    ),
    change("post-event-seen", "POST /account/events/{eventId}/seen", "events", _mark_seen),
)
