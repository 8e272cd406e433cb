"""What tests of a live daemon have around them: an authority for certificates, and a mail server that it vouches for."""

import pytest

from lab.ca import Authority
from lab.smtp import SmtpServer
from live import PASSWORD, USER


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def smtp(tmp_path, authority):
    with SmtpServer(tmp_path / "mail", authority, user=USER, password=PASSWORD) as server:
        yield server
