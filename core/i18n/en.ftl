## Progress

phase-waiting = { $position ->
    [0] Taken, starts in a moment
   *[other] Waiting, number { $position } in line
}
phase-submitting = sending
phase-queued = queued at the gateway
phase-rendering = rendering
phase-retrying = the gateway is trying again
phase-collecting = { $kind ->
    [image] fetching the picture
   *[video] fetching the video
}
phase-fitting = making it fit this chat
progress-rest = about { $rest } left
seconds = { $seconds } s
pictures = { $count ->
    [one] 1 picture
   *[other] { $count } pictures
}
option-word-fast = fast
option-word-private = private
note-moved = { $passed } cannot do it now, so { $now } does.
note-retired = { $model } has been shut down by its maker. It may still work at some gateways; it was used because you named it.
note-sandbox = SANDBOX: a test picture, made on this machine. Nothing was generated and nothing costs money.
job-done = Done in { $took }
job-failed = { $kind ->
    [image] No picture from { $model }.
   *[video] No video from { $model }.
}
job-rests = Waiting: { $model } is not set up at { $gateway } any more. It goes on when the operator sets it up again.
job-cancelled = Cancelled. Nothing more will come from { $model }.
job-page = { $kind ->
    [image] The gateway gave only a web page, which could not be checked. The picture should be there: { $page }
   *[video] The gateway gave only a web page, which could not be checked. The video should be there: { $page }
}
some-missing = { $kind ->
    [image] { $made } of { $asked } pictures were made; the rest failed and is not charged.
   *[video] { $made } of { $asked } videos were made; the rest failed and is not charged.
}
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
fault-moderation-output = { $kind ->
    [image] The finished picture was refused by the content filter. Please change the prompt or your pictures.
   *[video] The finished video was refused by the content filter. Please change the prompt or the picture.
}
fault-rate-limited = The gateway takes no more requests at the moment. Please try again in some minutes.
fault-overloaded = The gateway is overloaded. Please try again in some minutes.
fault-upstream = Something went wrong behind the gateway.
fault-timeout = It took too long, and we stopped waiting.
fault-network = The connection to the gateway broke.
fault-ambiguous = The gateway did not say whether it took the request.
fault-misconfigured = The gateway's address is wrong: what answers there is no API. The operator has to check the base URL.
fault-bad-payload = The gateway answered something that cannot be read.
fault-no-media = { $kind ->
    [image] The gateway finished without a picture. Often that is the content filter.
   *[video] The gateway finished without a video. Near the end that is often the content filter.
}
fault-link-dead = { $kind ->
    [image] The picture was made, but its link does not work.
   *[video] The video was made, but its link does not work.
}
fault-not-media = { $kind ->
    [image] What the gateway delivered is no picture that can be shown.
   *[video] What the gateway delivered is no video.
}
fault-unreachable-link = The gateway gave a link to a private address, which is never opened.
fault-expired = The task has expired at the gateway, or the gateway does not know it any more.
fault-cancelled = The gateway cancelled the task.
fault-interrupted = The bot was restarted while this was being made, and it cannot be picked up again.
fault-disk-full = The bot has no disk space left. The operator has to make room.
fault-undeliverable = { $kind ->
    [image] The picture could not be posted to this chat.
   *[video] The video could not be posted to this chat.
}
fault-internal = Something went wrong in the bot itself.
fault-unknown = Something went wrong at the gateway.

## Refusals before anybody pays

refuse-ratio = { $model } cannot make { $asked }; it makes { $allowed }.
refuse-ratio-choice = With { $model } the shape ({ $asked }) cannot be chosen.
refuse-seconds = { $model } cannot make { $asked } s; it makes { $allowed } s.
refuse-seconds-choice = With { $model } the length ({ $asked } s) cannot be chosen.
refuse-resolution = { $model } cannot make { $asked }; it makes { $allowed }.
refuse-hd = { $model } has no choice of resolution ({ $asked }).
refuse-fast = { $model } has no fast mode.
refuse-seed = { $model } takes no seed.
refuse-kind = { $model } makes no { $kind ->
    [image] pictures
   *[video] videos
}.
mask-missing = With --mask, send the picture first and then its mask: a PNG of the same size, transparent where the picture may change.
mask-size = The mask must be as large as the first picture.
refuse-mask = { $model } takes no mask.
refuse-remix = { $model } cannot change a finished video.
refuse-watermark = { $model } cannot add a watermark.
refuse-characters = { $model } cannot show characters from other videos.
refuse-count = { $model } makes { $allowed } at a time, not { $asked }.
refuse-images = { $model } takes { $allowed ->
    [one] one picture
   *[other] { $allowed } pictures
}, not { $asked }.
refuse-any-image = { $model } takes no pictures.
refuse-no-image = { $model } needs a picture to start from.
refuse-image-side = { $model } takes pictures with sides of { $allowed } pixels; one here has { $asked }.
refuse-image-shape = { $model } takes pictures up to { $allowed }, tall or wide; one here has { $asked }.
refuse-image-bytes = { $model } takes pictures up to { $limit_mb } MB; one here has { $size_mb } MB.
refuse-combination = { $model } cannot combine { $asked }.
nobody-ratio = No model here makes { $asked }; there are { $allowed }.
nobody-ratio-choice = No model here lets you choose the shape.
nobody-seconds = No model here makes { $asked } s; { $which ->
    [longest] the longest is
    [shortest] the shortest is
   *[nearest] the nearest is
} { $allowed } s ({ $model }).
nobody-seconds-choice = No model here lets you choose the length.
nobody-resolution = No model here makes { $asked }; there are { $allowed }.
nobody-resolution-choice = No model here lets you choose the resolution.
nobody-fast = No model here has a fast mode.
nobody-seed = No model here takes a seed.
nobody-mask = No model here takes a mask.
nobody-watermark = No model here can add a watermark.
nobody-characters = No model here can show characters made at { $gateway }.
nobody-count = { $allowed ->
    [one] Models here make one at a time, not { $asked }.
   *[other] No model here makes { $asked } at a time; the most is { $allowed } ({ $model }).
}
nobody-images = { $allowed ->
    [one] Models here take one picture, not { $asked }.
   *[other] No model here takes { $asked } pictures; the most is { $allowed } ({ $model }).
}
nobody-any-image = No model here takes pictures.
nobody-no-image = Every model here needs a picture to start from.
nobody-image-side = No model here takes a picture of { $asked }; { $model } takes sides of { $allowed } pixels.
nobody-image-shape = No model here takes a picture of { $asked }; { $model } takes up to { $allowed }, tall or wide.
nobody-image-bytes = No model here takes a picture of { $size_mb } MB; the most is { $limit_mb } MB ({ $model }).
nobody-combination = No model here can combine { $asked }.
refuse-together = No model here can do all of that at once. The closest:
character-span = A character is taken from { $least } to { $most } seconds of a video.
storyboard-empty = A storyboard has one line per shot: 7.5s plane takes off
storyboard-shot = Shot { $number } needs its length and what is seen, as in: 7.5s plane takes off
storyboard-sum = The shots take { $sum } s together; with { $asked } s asked for they must add up to that.
storyboard-fraction = The shots take { $sum } s together; that must be whole seconds.
no-model-ready = This bot has no models yet, so it cannot make anything.
no-model-for = This bot has no model { $ability ->
    [image] for pictures
    [remix] that can change a finished video
    [storyboard] for storyboards
    [characters] for characters
   *[video] for videos
}.
model-unknown = There is no model “{ $given }”. There are: { $allowed }
hint-did-you-mean = Did you mean { $nearest }?
model-off = { $model } is switched off here.
model-needs-key = { $model } is not set up here.
hint-could = This could: { $models }
hint-could-retired = Only retired models could: { $models }. Name one with --model to try.
hint-could-with-key = { $model } could, but { $variable } is missing.
hint-needs-key = { $variable } is missing.
hint-set-key = Set the key of a gateway; `cliprelay doctor` says which are missing.

## Commands

command-video = make a video from words and pictures
command-status = show my running and waiting jobs
command-cancel = cancel a job of mine; with several, say which: /cancel 2
command-retry = try a failed job of mine again
command-again = make the last video once more
command-share = bring a finished video to another chat: the one you reply to, or your last
command-models = show what can be made, and with what
command-settings = show and change my defaults: model, ratio, seconds, language
command-allow = let somebody use the bot: whom you reply to, this chat, or the one of that id
command-deny = keep somebody from using the bot: whom you reply to, this chat, or the one of that id
command-help = show how this works
help-footer =
    Options stand in front of the prompt, in any order; flags may stand anywhere; -- ends the options.
    Example: { $example }
command-unknown = There is no /{ $given }. /help shows all commands.
type-a-command = Type a command, for example: { $example }. /help shows more.
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
models-picture = picture
models-mask = mask
models-remix = remix
models-characters = characters
models-storyboard = storyboard
models-aside = not available at the gateway; tried again in { $minutes } min
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
    Change them: { $examples }
    Clear them: /settings language off · /settings reset. For the chat: /settings chat language en
settings-example-model = /settings model { $model }
settings-example-ratio = /settings ratio { $ratio }
settings-example-seconds = /settings seconds { $seconds }
settings-example-language = /settings language zh

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
prompt-empty = Say what to make.
prompt-missing = Say what you want, for example: { $example }
example-video = a cat surfing
example-image = a lighthouse at night
example-remix = now in snow
example-storyboard =
    { $half }s a plane takes off
    { $half }s it lands
example-character = 1-3 tom
example-with-picture = { $typed } (with a picture)
word-portrait = portrait
word-landscape = landscape
word-square = square
word-seconds = { $seconds }s
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

terminal-banner = cliprelay { $version }. Type { $example }, or /help. /attach FILE adds a picture to the next command. Ctrl-D ends.
sandbox-notice = SANDBOX: no gateway key is set, so every model is played by a test gateway on this machine. The videos are test pictures; nothing costs money. Set a key in .env to go live.
sandbox-notice-asked = SANDBOX, as you asked: every model is played by a test gateway on this machine. The videos are test pictures; nothing costs money.
jobs-resumed = Going on with { $count ->
    [one] 1 job
   *[other] { $count } jobs
} of last time.
result-saved = Saved: { $path }
jobs-left = { $count ->
    [one] 1 job is
   *[other] { $count } jobs are
} still running at the gateway. Start again to go on with them.
pictures-attached = Attached to the next command: { $names }

## Forms, replies and sharing

how-to-start = Type a command and what you want to see, for example: { $example }. Pictures can come along, or be replied to. /help shows more.
edited-command = An edited command is not read again. Please send it as a new message.
picture-not-fetched = { $name } could not be fetched. Please send it again.
button-not-yours = This is somebody else's.
reply-video = A video cannot be the start of another one yet, nor of a picture. Reply to a picture, or send the command as a message of its own. Nothing was ordered.
reply-own-video = /{ $command } makes something new. To change this video, reply to it with /remix and what is to be different. Nothing was ordered.
album-incomplete = Only one picture of this album has reached me. In groups I am shown whole albums only where I am an admin; in private, always. Nothing was ordered.
form-title = What should it be like? Without a choice the model decides.
form-portrait = Portrait
form-landscape = Landscape
form-square = Square
form-go = Write the prompt
form-lost = This form is too old. Please send /video again.
ask-reply = Reply to this message: { $what }.
ask-here = Nobody can answer a question here. Reply to that message itself: /{ $command } and { $what }.
ask-lost = This question is too old. Please press the button again, or send the command anew.
share-none = No video of yours fits: make one
share-nothing = No finished video of yours is there to be shared.
share-how = Press the button and choose where it should go.
share-console = Nothing can be shared from a terminal. The file lies where “Saved” says.
share-off = Sharing needs inline mode. The operator can switch it on: /setinline at @BotFather.

## Names in menus, and what menus offer

name-video = video
name-image = image
name-remix = remix
name-storyboard = storyboard
name-character = character
name-characters = characters
name-status = status
name-cancel = cancel
name-retry = retry
name-again = again
name-share = share
name-models = models
name-settings = settings
name-allow = allow
name-deny = deny
name-help = help
name-option-prompt = prompt
name-option-ratio = ratio
name-option-seconds = seconds
name-option-resolution = resolution
name-option-fast = fast
name-option-count = count
name-option-private = private
name-option-spoiler = spoiler
name-option-seed = seed
name-option-mask = mask
name-option-of = of
name-option-place = place
name-option-span = span
name-option-url = url
name-option-remove = remove
name-option-watermark = watermark
name-option-model = model
name-option-language = language
name-option-chat = chat
name-option-reset = reset
name-option-kind = kind
name-option-id = id
name-option-job = job
name-option-image = image{ $number }
option-image = a picture to start from
menu-animate = Animate this
menu-remix = Remix
animate-prompt = bring it to life
animate-nothing = There is no picture in that message.
form-pictures = Pictures
command-done = Done.
reply-hidden = I cannot see the message that you reply to. Attach the picture itself, or open the menu of that message: Apps, “{ menu-animate }”. Nothing was ordered.
ask-choice = Choose { $what }.
share-by = shared by { $who }
share-done = It is in { $place } now.
share-refused = It was not taken there.
share-server-only = Videos can be shared where I am a member of the server.
share-not-you = You may not post videos there.
share-not-me = I may not post videos there. Who runs this server can change that.
share-gone = This video is no longer kept here.

option-change = what is to be different
option-of = id of the video; without it the one you reply to, or your last
option-place = where it should go
option-size = size of the picture
option-mask = the last picture is a mask
option-watermark = with the gateway's watermark
option-shots = the shots, one on each line: 7.5s plane takes off
option-length = seconds of all shots together
option-alias = what to call them
option-span = from second to second, 1 to 3 s long
option-url = a link to a video instead
option-remove = forget this character
command-image = make a picture, or change the ones you send
command-remix = change a video that the bot has made
command-storyboard = make a video of several shots; you see the plan first
command-character = make a character out of a video, to call as @name
command-characters = your characters
command-confirm = order what a plan shows
draft-plan = This is the plan. Nothing is ordered yet; it would cost { $credits } credits.
button-remix = Remix
button-confirm = Make it
nothing-to-confirm = This plan was already ordered or dropped, or it is somebody else's.
no-such-video = There is no finished video to take. Reply to one of mine, or make one first.
remix-not-possible = Videos of { $model } cannot be changed afterwards.
remix-private = A private video cannot be changed afterwards: the gateway has not kept it.
refuse-storyboard = { $model } takes no storyboard.
alias-wrong = "{ $given }" cannot be a name. Take one word of letters and digits: /character 1-3 tom
character-made = Done. Write @{ $alias } in a prompt and they will appear.
character-link = The link has to begin with https://
character-not-possible = No character can be made from videos of { $model }.
no-such-character = You have no character @{ $alias }. /characters lists them.
character-forgotten = @{ $alias } is forgotten here; the gateway still knows them.
characters-none = You have no characters yet. Reply to a video: /character 1-3 tom
quota-low = The credit at { $gateway } runs low: { $said }
characters-apart = These characters live at different gateways ({ $gateways }) and cannot meet.
