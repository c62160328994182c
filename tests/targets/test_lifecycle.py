"""Names are checked before anything is started."""

from __future__ import annotations

import pytest

from deploytasks.errors import ConfigError
from deploytasks.targets import up


@pytest.mark.parametrize("name", ["", "Web", "-web", "web_1", "w" * 32, "web 1"])
def test_what_cannot_be_a_host_name_is_refused(name, tmp_path):
    with pytest.raises(ConfigError, match="not a host name"):
        up(name, state=tmp_path)
    assert not list(tmp_path.iterdir())
