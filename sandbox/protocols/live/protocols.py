"""All hosts' protocols: those with addresses of their own, and the #words that they obey."""

from itertools import chain

from sandbox.protocols.live.dashscope import DASHSCOPE
from sandbox.protocols.live.fal import FAL_WORDS
from sandbox.protocols.live.minimax import MINIMAX
from sandbox.protocols.live.newapi import NEWAPI
from sandbox.protocols.live.omni import OMNI
from sandbox.protocols.live.openrouter import OPENROUTER
from sandbox.protocols.live.replicate import REPLICATE
from sandbox.protocols.live.xai import XAI

ALONE = (DASHSCOPE, MINIMAX, NEWAPI, OMNI, REPLICATE)
LIVE_WORDS = frozenset(
    chain(FAL_WORDS, *(protocol.polls for protocol in (*ALONE, OPENROUTER, XAI)))
)
