"""Access as an installation of a GitHub App: one token for an hour, and another one when it was revoked."""

from __future__ import annotations

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github_stage import START, Mirror, project, put, row

from syncd.connector.errors import Locked

WEB = "lumen/web"


@pytest.fixture(scope="module")
def keys():
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return secret.decode(), public.decode()


@pytest.fixture
def site(stage, keys):
    app = {"id": 42, "installation": 77, "public_key": keys[1]}
    return stage([row(WEB, n) for n in range(1, 4)], app=app, projects=[project([(WEB, 1)])])


def connect(site, keys, **more):
    app = {"id": 42, "installation": 77, "key": keys[0], **more}
    return site.connector(token=None, app=app, write=("Score",), project="lumen/7")


def minted(site):
    return sum(path.endswith("/access_tokens") for path, _ in site.paths())


def test_a_token_is_minted_once_for_many_requests(site, keys):
    mirror = Mirror()
    connector = connect(site, keys)
    assert connector.describe().account == "syncd-app[bot]"
    mirror.take(connector.pull(None))
    assert list(connector.apply([mirror.edit(f"{WEB}#1", put("Score", 1.0))])) == [None]
    assert minted(site) == 1
    call = next(call for call in site.wire.calls if call.resource == "app-token")
    assert call.mutates is False


def test_a_token_is_renewed_before_its_hour_is_over(site, keys):
    connector = connect(site, keys)
    connector.describe()
    site.clock.tick(3600 - 30)
    connector.describe()
    assert minted(site) == 2
    assert site.clock.now > START


def test_a_revoked_token_is_replaced_once_and_a_write_is_not_lost(site, keys):
    mirror = Mirror()
    connector = connect(site, keys)
    mirror.take(connector.pull(None))
    (secret,) = [token for token in site.simulator.access.tokens if token.startswith("ghs_")]
    headers = {"Authorization": f"token {secret}"}
    assert requests.delete(f"{site.simulator.url}/installation/token", headers=headers, timeout=5).status_code == 204
    assert list(connector.apply([mirror.edit(f"{WEB}#1", put("Score", 8.0))])) == [None]
    assert (site.values(WEB, 1), minted(site)) == ({"Score": 8.0}, 2)


def test_a_suspended_installation_is_told_with_who_can_end_that(site, keys):
    connector = connect(site, keys)
    connector.describe()
    site.simulator.access.suspended = True
    with pytest.raises(Locked, match="An owner of the organization has to unsuspend it"):
        connector.describe()
    with pytest.raises(Locked, match="installation 77 of the App is suspended: an owner"):
        connect(site, keys).describe()


@pytest.mark.parametrize("minutes", [-30, -4, 2, 40])
def test_a_wrong_clock_on_our_side_keeps_no_app_out(site, keys, minutes):
    """GitHub takes what is signed too far in its past or future for nothing; its own answer tells its time."""
    site.simulator.weather.skew = -60 * minutes
    mirror, connector = Mirror(), connect(site, keys)
    mirror.take(connector.pull(None))
    assert len(mirror.issues) == 3
    assert minted(site) == (1 if minutes == -4 else 2)
    connector.describe()
    site.clock.tick(3600 - 30)
    connector.describe()
    assert minted(site) == (2 if minutes == -4 else 3)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"key": "nonsense"}, "not an RSA private key"),
        ({"key": "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"}, "not an RSA private key"),
        ({"id": 43}, "app.id"),
        ({"installation": 78}, "app.installation"),
    ],
)
def test_what_is_wrong_with_an_app_is_said_without_its_key(site, keys, wrong, says):
    with pytest.raises(Locked, match=says) as caught:
        connect(site, keys, **wrong).describe()
    assert "AAAA" not in str(caught.value)
    assert keys[0][40:80] not in str(caught.value)


def test_a_wrong_token_locks_and_is_not_tried_twice(site):
    with pytest.raises(Locked):
        site.connector(token="wrong").describe()
    assert [status for _, status in site.paths()] == [401]
