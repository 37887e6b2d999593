## Progress

phase-waiting = Waiting, number { $position } in line
phase-submitting = sending
phase-queued = queued at the gateway
phase-rendering = rendering
phase-retrying = the gateway is trying again
phase-collecting = fetching the video
phase-fitting = making it fit this chat
progress-rest = about { $rest } left
seconds = { $seconds } s
pictures = { $count ->
    [one] 1 picture
   *[other] { $count } pictures
}
option-word-fast = fast
option-word-private = private
note-retired = { $model } has been shut down by its maker. It may still work at some gateways; it was used because you named it.
note-sandbox = SANDBOX: a test picture, made on this machine. Nothing was generated and nothing costs money.
job-done = Done in { $took }
job-failed = No video from { $model }.
job-cancelled = Cancelled. Nothing more will come from { $model }.
job-page = The gateway gave only a web page, which could not be checked. The video should be there: { $page }
some-missing = { $made } of { $asked } videos were made; the rest failed and is not charged.
too-large-link = Too large for this chat: { $size } MB, at most { $limit } MB are possible. Here it is, as long as the gateway keeps it: { $link }
too-large-kept = Too large for this chat: { $size } MB, at most { $limit } MB are possible. It is not charged, and there is no public link to it. The operator finds it under { $id }.
only-preview = This is the low-quality preview: the gateway broke off before the final version.
took = took { $took }
retry-is-free = Retrying asks for the same result again and costs nothing.
button-cancel = Cancel
button-retry = Retry
button-again = Again
button-share = Share

## Failures

fault-reason = The gateway said: “{ $reason }”
fault-id = The operator finds the details in the log under { $id }.
fault-maybe-billed = The gateway may have charged for it. That is why it is not sent again by itself.
fault-auth = The gateway does not accept this bot's key. The operator has to check it.
fault-quota = The account at the gateway is used up. The operator has to top it up.
fault-permission = The key at the gateway is not allowed to use this model.
fault-model-gone = The gateway has this model no more, or not now. Try another one; /models lists them.
fault-bad-request = The gateway did not understand the request.
fault-unsupported-param = The gateway does not take one of these options.
fault-too-large = That is too large: send smaller pictures, or fewer.
fault-moderation-input-image = A picture was refused by the content filter. Real people, children and celebrities are often not allowed.
fault-moderation-prompt = The prompt was refused by the content filter. Please word it differently.
fault-moderation-output = The finished video was refused by the content filter. Please change the prompt or the picture.
fault-rate-limited = The gateway takes no more requests at the moment. Please try again in some minutes.
fault-overloaded = The gateway is overloaded. Please try again in some minutes.
fault-upstream = Something went wrong behind the gateway.
fault-timeout = It took too long, and we stopped waiting.
fault-network = The connection to the gateway broke.
fault-ambiguous = The gateway did not say whether it took the request.
fault-misconfigured = The gateway's address is wrong: what answers there is no API. The operator has to check the base URL.
fault-bad-payload = The gateway answered something that cannot be read.
fault-no-media = The gateway finished without a video. Near the end that is often the content filter.
fault-link-dead = The video was made, but its link does not work.
fault-not-media = What the gateway delivered is no video.
fault-unreachable-link = The gateway gave a link to a private address, which is never opened.
fault-expired = The gateway does not know this task any more.
fault-cancelled = The gateway cancelled the task.
fault-interrupted = The bot was restarted while this was being made, and it cannot be picked up again.
fault-disk-full = The bot has no disk space left. The operator has to make room.
fault-undeliverable = The video could not be posted to this chat.
fault-internal = Something went wrong in the bot itself.
fault-unknown = Something went wrong at the gateway.

## Refusals before anybody pays

refuse-ratio = { $model } cannot make { $asked }; it makes { $allowed }.
refuse-ratio-choice = With { $model } the shape ({ $asked }) cannot be chosen.
refuse-seconds = { $model } cannot make { $asked } s; it makes { $allowed } s.
refuse-resolution = { $model } cannot make { $asked }; it makes { $allowed }.
refuse-hd = { $model } has no choice of resolution ({ $asked }).
refuse-fast = { $model } has no fast mode.
refuse-seed = { $model } takes no seed.
refuse-count = { $model } makes { $allowed } at a time, not { $asked }.
refuse-images = { $model } takes { $allowed ->
    [one] one picture
   *[other] { $allowed } pictures
}, not { $asked }.
refuse-any-image = { $model } takes no pictures.
refuse-no-image = { $model } needs a picture to start from.
refuse-combination = { $model } cannot combine { $asked }.
no-model-ready = No gateway is set up yet. The operator has to set a key; `cliprelay doctor` says which.
model-unknown = There is no model “{ $given }”. There are: { $allowed }
hint-did-you-mean = Did you mean { $nearest }?
model-off = { $model } is switched off here.
model-needs-key = { $model } is not set up here: { $variable } is missing.
hint-could = This could: { $models }
hint-could-retired = Only models that have been shut down could: { $models }. Name one with --model to try all the same.
hint-could-with-key = { $model } could, but { $variable } is missing.

## Commands

command-video = make a video from words and pictures
command-status = show my running and waiting jobs
command-cancel = cancel a job of mine; with several, say which: /cancel 2
command-retry = try a failed job of mine again
command-again = make the last video once more
command-models = show what can be made, and with what
command-settings = show and change my defaults: model, ratio, seconds, language
command-allow = let somebody use the bot: this chat, or the one of that id
command-deny = keep somebody from using the bot: this chat, or the one of that id
command-help = show how this works
help-footer =
    Options stand in front of the prompt, in any order; flags may stand anywhere; -- ends the options.
    Example: /video portrait 15s a cat surfing
command-unknown = There is no /{ $given }. /help shows all commands.
type-a-command = Type a command, for example: /video a cat. /help shows more.
unexpected-error = Something went wrong in the bot itself. The operator finds the details in the log under { $id }.
storage-error = The bot cannot store anything at the moment, so nothing was sent and nothing was paid. The operator has to look at it.
status-none = Nothing is running or waiting.
status-line = { $number }. { $state } · { $what }
state-waiting = about to start
state-submitting = sending
state-running = running for { $elapsed }
state-delivering = being posted
no-such-job = There is no job { $number }. /status shows yours.
nothing-to-cancel = Nothing of yours is running or waiting.
which-job = You have { $count } jobs. /status numbers them; say which one: /{ $command } 1
too-late-to-cancel = It is finished and being posted; there is nothing left to cancel.
nothing-to-retry = No job of yours has failed.
nothing-to-repeat = No video of yours is there to be made again.
not-failed = That job has not failed.
models-line = { $name } ({ $gateway }): { $what }
models-ready = ready
models-needs = needs { $variable }
models-off = switched off
models-retired = shut down by its maker, only when named
models-uncertain = ready, but may fail
models-default-ratio = shape not chosen
models-images = up to { $count ->
    [one] 1 picture
   *[other] { $count } pictures
}

## Access and defaults

access-denied = Sorry, I may not work for you here. If you think I should, ask the operator: the chat is { $chat }, you are { $user }.
admins-only = Only the admins of this bot can do that.
chat-admins-only = Only the admins of this chat can change its defaults. Without the word chat you change your own.
deny-admin = That is an admin of this bot, who may always use it.
party-needs-id = Say which one, for example: /deny user 123
allowed-user = User { $id } may use the bot now, unless the chat is denied.
allowed-chat = Everybody in the chat { $id } may use the bot now, except users who are denied.
denied-user = User { $id } may not use the bot any more.
denied-chat = Nobody in the chat { $id } may use the bot any more, except the bot's own admins.
settings-own = Your defaults: { $what }
settings-chat = Defaults of this chat: { $what }
settings-none = none
settings-how =
    What you type in a command comes first, then your defaults, then those of the chat.
    Change them: /settings model veo-3.1 · /settings ratio portrait · /settings seconds 8 · /settings language zh
    Clear them: /settings ratio off · /settings reset. For the chat: /settings chat ratio portrait

## Options

option-prompt = what to make
option-ratio = shape
option-seconds = length
option-resolution = resolution
option-fast = faster and cheaper
option-count = how many
option-private = not shown to others
option-spoiler = covered until tapped
option-seed = seed, for the same result again
option-model = model, see /models
option-language = language
option-for-chat = for everybody in this chat (its admins only)
option-reset = clear all defaults
option-party-kind = whom the id names
option-party-id = id of a user or chat
option-job = number in /status
option-unknown = There is no option { $given }. There are: { $allowed }. (A lone -- before the prompt makes everything behind it plain text.)
option-not-understood = “{ $given }” cannot stand here.
option-needs-value = { $option } needs a value: { $allowed }
option-bad-value = { $option } cannot be “{ $given }”. Allowed: { $allowed }
option-twice = { $option } is given twice: { $first } and { $second }.
prompt-empty = Say what to make, for example: /video portrait a cat surfing
prompt-control-character = The text has a control character ({ $code }) at position { $position }. Please type it again without.
prompt-too-long = The prompt has { $length } characters; at most { $limit } are possible.

## Pictures

picture-missing = There is no file { $name }.
picture-directory = { $name } is a folder, not a picture.
picture-unreadable = { $name } cannot be read.
picture-empty = { $name } is empty (0 bytes).
picture-gif = { $name } is a GIF. Please send a JPEG, PNG or WebP.
picture-heic = { $name } is a HEIC or AVIF picture, which gateways do not take. Please send it as JPEG or PNG.
picture-video = { $name } is a video. Please send a picture: JPEG, PNG or WebP.
picture-not-image = { $name } is no picture. JPEG, PNG and WebP can be used.
picture-broken = { $name } is damaged and cannot be read to its end.
picture-too-large = { $name } has { $size_mb } MB; at most { $limit_mb } MB are possible.
picture-too-many-pixels = { $name } has too many pixels; at most { $limit_megapixels } megapixels are possible.
picture-too-small = { $name } is too small; it needs at least { $limit_px } pixels on each side.

## Command line

console-welcome = cliprelay { $version }. Type /video portrait 15s a cat surfing, or /help. /attach FILE adds a picture to the next command. Ctrl-D ends.
console-sandbox = SANDBOX: no gateway key is set, so every model is played by a test gateway on this machine. The videos are test pictures; nothing costs money. Set a key in .env to go live.
console-sandbox-forced = SANDBOX, as you asked: every model is played by a test gateway on this machine. The videos are test pictures; nothing costs money.
console-resuming = Going on with { $count ->
    [one] 1 job
   *[other] { $count } jobs
} of last time.
console-saved = Saved: { $path }
console-bye = { $count ->
    [one] 1 job is
   *[other] { $count } jobs are
} still running at the gateway. Start again to go on with them.
console-attached = Attached to the next command: { $names }

## Telegram

telegram-welcome = Type /video and what you want to see, for example: /video portrait 15s a cat surfing. Pictures can come along, or be replied to. /help shows more.
telegram-share = show how to share a video
edited-command = An edited command is not read again. Please send it as a new message.
picture-not-fetched = { $name } could not be fetched from Telegram. Please send it again.
button-not-yours = This is somebody else's.
form-title = What should it be like? Without a choice the model decides.
form-portrait = Portrait
form-landscape = Landscape
form-square = Square
form-go = Write the prompt
form-prompt = What should it show? Reply to this message.
form-lost = This form is too old. Please send /video again.
share-none = No video of yours fits: make one
share-nothing = No finished video of yours is there to be shared.
share-how = Choose a chat; the video is sent there in your name.
share-off = Sharing needs inline mode. The operator can switch it on: /setinline at @BotFather.
