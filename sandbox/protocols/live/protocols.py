"""All hosts' protocols: those with addresses of their own, and the #words that they obey."""

from itertools import chain

from sandbox.protocols.live.dashscope import DASHSCOPE, DASHSCOPE_POLLS
from sandbox.protocols.live.fal import FAL_WORDS
from sandbox.protocols.live.minimax import MINIMAX, MINIMAX_POLLS
from sandbox.protocols.live.newapi import NEWAPI, NEWAPI_POLLS
from sandbox.protocols.live.omni import OMNI, OMNI_POLLS
from sandbox.protocols.live.openrouter import OPENROUTER_POLLS
from sandbox.protocols.live.replicate import REPLICATE, REPLICATE_POLLS
from sandbox.protocols.live.xai import XAI_POLLS

ALONE = (DASHSCOPE, MINIMAX, NEWAPI, OMNI, REPLICATE)
LIVE_WORDS = frozenset(
    chain(
        DASHSCOPE_POLLS,
        FAL_WORDS,
        MINIMAX_POLLS,
        NEWAPI_POLLS,
        OMNI_POLLS,
        OPENROUTER_POLLS,
        REPLICATE_POLLS,
        XAI_POLLS,
    )
)
