"""Which server to talk to, and with which key: profiles, from the configuration file or the
environment.

    profile       a server as a user reaches it, as data
    keys          where a key comes from, and fetching it when it is needed
    document      `config.toml`: what it may say, and errors that name the line
    environment   the variables that stand for a profile
    resolving     which of all these is meant
    settings      what the file says of the app itself

Connects to nothing. A key never shows in a repr, a log or an error.
"""

from __future__ import annotations

from batchtui.config.environment import OPENAI_URL as OPENAI_URL
from batchtui.config.environment import guess_kind as guess_kind
from batchtui.config.keys import KeySource as KeySource
from batchtui.config.keys import Secret as Secret
from batchtui.config.keys import masked as masked
from batchtui.config.keys import never_show as never_show
from batchtui.config.profile import KINDS as KINDS
from batchtui.config.profile import Kind as Kind
from batchtui.config.profile import Profile as Profile
from batchtui.config.resolving import HOW_TO_CONNECT as HOW_TO_CONNECT
from batchtui.config.resolving import profiles as profiles
from batchtui.config.resolving import require as require
from batchtui.config.resolving import resolve as resolve
from batchtui.config.resolving import side_by_side as side_by_side
from batchtui.config.settings import AppSettings as AppSettings
from batchtui.config.settings import app_settings as app_settings
