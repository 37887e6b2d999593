## Progress

phase-waiting = { $position ->
    [0] Accepted, starting soon
   *[other] Number { $position } in line
}
phase-held = On hold: the bot cannot store anything new right now. This goes on by itself once it can.
phase-submitting = sending
phase-queued = queued at the gateway
phase-queued-behind = { $ahead ->
    [0] next in line at the gateway
    [one] queued at the gateway, 1 job ahead
   *[other] queued at the gateway, { $ahead } jobs ahead
}
progress-note = The gateway says: “{ $note }”
phase-rendering = rendering
phase-retrying = the gateway is trying again
phase-collecting = { $kind ->
    [image] downloading the picture
   *[video] downloading the video
}
phase-fitting = converting it for this chat
progress-rest = about { $rest } left
seconds = { $seconds } s
pictures = { $count ->
    [one] 1 picture
   *[other] { $count } pictures
}
option-word-fast = fast
option-word-sound = with sound
option-word-silent = silent
option-word-private = private
note-moved = Not available right now: { $passed }. Using { $now } instead.
note-unmet = { $made ->
    [none] { $asked } from /settings does not work with { $model }.
   *[other] { $asked } from /settings does not work with { $model }; using { $made } instead.
}
note-unmet-model = { $asked } from /settings cannot do this; using { $model } instead.
note-ended = { $model } was to end on { $until } and may not work.
note-unlisted = { $gateway } does not list { $model } at the moment and may refuse it.
note-retired = { $model } is retired and may not work. It is used because you asked for it by name.
note-sandbox = { $kind ->
    [answer] SANDBOX: test answer, free of charge.
    [image] SANDBOX: test picture, free of charge.
   *[video] SANDBOX: test clip, free of charge.
}
job-done = Done in { $took }
job-failed = { $kind ->
    [image] No picture from { $model }.
   *[video] No video from { $model }.
}
job-rests = On hold: { $model } is no longer set up at { $gateway }. This goes on once the operator sets it up again.
job-cancelled = Cancelled. The gateway may still charge for it.
job-cancelled-unpaid = Cancelled. Nothing was ordered or paid.
plan-dropped = Plan dropped. Nothing was ordered or paid.
job-page = { $kind ->
    [image] The gateway sent a web page instead of a file, so the picture could not be checked. It should be here: { $page }
   *[video] The gateway sent a web page instead of a file, so the video could not be checked. It should be here: { $page }
}
some-missing = { $kind ->
    [image] { $made } of { $asked } pictures were made. The rest failed and are not charged.
   *[video] { $made } of { $asked } videos were made. The rest failed and are not charged.
}
too-large-link = Too large for this chat: { $size } MB, and the limit is { $limit } MB. Download it here while the gateway keeps it: { $link }
too-large-kept = Too large for this chat: { $size } MB, and the limit is { $limit } MB. There is no public link, and you are not charged. The operator can find it as { $id }.
only-preview = This is a low-quality preview: the gateway stopped before the final version.
refused-link = This chat does not accept the file. Download it here while the gateway keeps it: { $link }
refused-kept = This chat does not accept the file, and there is no public link. You are not charged for it. The operator can find it as { $id }.
note-maybe-twice = This may be here twice: the chat did not confirm the first post.
part-refused = { $missing } of { $count } could not be posted: this chat accepts it neither as media nor as a file. You are not charged for it.
posted-elsewhere = Posted here because it could not be posted where you ordered it.
took = took { $took }
retry-is-free = A retry asks for the same result again; nothing is ordered a second time.
button-cancel = Cancel
button-retry = Retry
button-again = Again
button-share = Share

## Failures

fault-reason = The gateway said: “{ $reason }”
fault-id = The operator can find the details in the log under { $id }.
fault-maybe-billed = The gateway may have charged for this, so the bot does not send it again by itself.
fault-auth = The gateway rejects this bot's key. Please tell the operator.
fault-quota = The account at the gateway has run out of credit. Please tell the operator.
fault-permission = This bot's key may not use this model. Try another one; /models lists them.
fault-model-gone = This model is unavailable at the gateway. Try another one; /models lists them.
fault-bad-request = The gateway did not understand the request. Try other options or another model.
fault-unsupported-param = The gateway does not support one of these options. Leave some out, or try another model.
fault-too-large = { $kind ->
    [answer] The conversation is too large for the model. Begin a new one with /ask --new, or send fewer pictures.
   *[video] The request is too large. Send fewer or smaller pictures.
}
fault-moderation-input-image = The content filter rejected a picture. Real people, children and celebrities are often not allowed.
fault-moderation-prompt = The content filter rejected the prompt. Please reword it.
fault-moderation-output = { $kind ->
    [answer] The content filter withheld the answer. Please ask differently.
    [image] The content filter rejected the finished picture. Please change the prompt or your pictures.
   *[video] The content filter rejected the finished video. Please change the prompt or your pictures.
}
fault-rate-limited = The gateway is getting too many requests. Try again in a few minutes.
fault-overloaded = The gateway is overloaded. Try again in a few minutes.
fault-upstream = Something failed behind the gateway. Try again later, or use another model.
fault-timeout = { $answered ->
    [yes] The gateway took too long and gave up.
   *[no] It took too long, so the bot stopped waiting.
}
fault-network = The connection to the gateway failed.
fault-ambiguous = The gateway did not say whether it accepted the request.
fault-misconfigured = The gateway's address is wrong: there is no API there. The operator has to correct the base URL.
fault-bad-payload = The gateway's answer could not be read.
fault-misformed = The model answered twice, but not in the form it was asked for. Try again later, or choose another model with /model.
fault-no-answer = The model gave no answer. Ask differently, or try another model.
fault-no-media = { $kind ->
    [image] The gateway finished but returned no picture. This is often the content filter.
   *[video] The gateway finished but returned no video. This is often the content filter.
}
fault-link-dead = { $kind ->
    [image] The picture was made, but its link does not work.
   *[video] The video was made, but its link does not work.
}
fault-not-media = { $kind ->
    [image] The gateway delivered something that is not a usable picture.
   *[video] The gateway delivered something that is not a usable video.
}
fault-oversized = { $kind ->
    [image] The finished picture is larger than this bot can handle.
   *[video] The finished video is larger than this bot can handle.
}
fault-unreachable-link = { $kind ->
    [image] The picture was made, but its link leads to a private address, which the bot opens only if the operator allows it.
   *[video] The video was made, but its link leads to a private address, which the bot opens only if the operator allows it.
}
fault-expired = The task has expired, or the gateway no longer knows it.
fault-cancelled = The gateway cancelled the task.
fault-interrupted = { $kind ->
    [answer] The bot was restarted while the answer came.
   *[video] The bot was restarted during this job and cannot pick it up again.
}
fault-disk-full = { $kind ->
    [image] The picture was made, but the bot's disk is full. Please tell the operator.
   *[video] The video was made, but the bot's disk is full. Please tell the operator.
}
fault-undeliverable = { $kind ->
    [answer] The answer could not be posted in this chat.
    [image] The picture was made, but could not be posted: this chat accepts it neither as a picture nor as a file, and it has no public link. Let the bot post files here, or send /retry in another chat with the bot.
   *[video] The video was made, but could not be posted: this chat accepts it neither as a video nor as a file, and it has no public link. Let the bot post files here, or send /retry in another chat with the bot.
}
fault-unheard = This chat takes no messages from the bot.
fault-pictures-gone = The pictures that were sent for it are no longer kept here. Please send them once more, with the command.
fault-unconfirmed = The results were sent, but this chat did not confirm that they arrived. Look above: only if something is missing, press Retry.
fault-internal = Something went wrong in the bot.
fault-unknown = Something went wrong at the gateway.

## Refusals before anybody pays

refuse-ratio = { $model } does not offer { $asked }, only { $allowed }.
refuse-ratio-choice = { $model } has a fixed shape, so { $asked } cannot be chosen.
refuse-seconds = { $model } cannot make { $asked } s; it makes { $allowed } s.
refuse-seconds-choice = { $model } has a fixed length, so { $asked } s cannot be chosen.
refuse-resolution = { $model } does not offer { $asked }, only { $allowed }.
refuse-hd = { $model } has a fixed resolution, so { $asked } cannot be chosen.
refuse-fast = { $model } has no fast mode.
refuse-seed = { $model } does not support a seed.
refuse-kind = { $model } cannot make { $kind ->
    [image] pictures
   *[video] videos
}.
mask-missing = With --mask, send the picture first and then its mask: a PNG of the same size that is transparent where the picture may change.
mask-size = The mask must be the same size as the first picture.
mask-large = The mask must be smaller than { $megabytes } MB.
refuse-sound = { $model } makes no sound, as far as is known.
refuse-silent = { $model } cannot be told to leave out the sound.
refuse-mask = { $model } does not support masks.
refuse-remix = { $model } cannot change a finished video.
refuse-watermark = { $model } cannot add a watermark.
refuse-characters = { $model } cannot use characters from other videos.
refuse-count = { $model } makes at most { $allowed } at a time, not { $asked }.
refuse-images = { $model } takes at most { $allowed ->
    [one] one picture
   *[other] { $allowed } pictures
}, not { $asked }.
refuse-any-image = { $model } cannot use pictures.
refuse-no-image = { $model } needs a picture to start from.
refuse-image-side = { $model } needs pictures with sides of { $allowed } pixels; yours is { $asked }.
refuse-image-shape = { $model } takes pictures up to { $allowed }, tall or wide; yours is { $asked }.
refuse-image-bytes = { $model } takes pictures up to { $limit_mb } MB; yours is { $size_mb } MB.
refuse-combination = { $model } cannot combine { $asked }.
nobody-ratio = No { $kind ->
    [image] picture
   *[video] video
} model here offers { $asked }. Available: { $allowed }.
nobody-ratio-choice = No { $kind ->
    [image] picture
   *[video] video
} model here lets you choose the shape.
nobody-seconds = No model here makes { $asked } s; { $which ->
    [longest] the longest is
    [shortest] the shortest is
   *[nearest] the nearest is
} { $allowed } s ({ $model }).
nobody-seconds-choice = No model here lets you choose the length.
nobody-resolution = No { $kind ->
    [image] picture
   *[video] video
} model here offers { $asked }. Available: { $allowed }.
nobody-resolution-choice = No { $kind ->
    [image] picture
   *[video] video
} model here lets you choose the resolution.
nobody-fast = No { $kind ->
    [image] picture
   *[video] video
} model here has a fast mode.
nobody-seed = No { $kind ->
    [image] picture
   *[video] video
} model here supports a seed.
nobody-sound = No model here is known to make sound.
nobody-silent = No model here can be told to leave out the sound.
nobody-mask = No model here supports masks.
nobody-watermark = No { $kind ->
    [image] picture
   *[video] video
} model here can add a watermark.
nobody-characters = No model here can use characters made at { $gateway }.
nobody-count = No { $kind ->
    [image] picture
   *[video] video
} model here makes { $asked } at a time; the limit is { $allowed } ({ $model }).
nobody-images = No { $kind ->
    [image] picture
   *[video] video
} model here uses { $asked } pictures; the limit is { $allowed } ({ $model }).
nobody-any-image = No { $kind ->
    [image] picture
   *[video] video
} model here can use pictures.
nobody-no-image = Every { $kind ->
    [image] picture
   *[video] video
} model here needs a picture to start from.
nobody-image-side = No { $kind ->
    [image] picture
   *[video] video
} model here takes a { $asked } picture; { $model } takes sides of { $allowed } pixels.
nobody-image-shape = No { $kind ->
    [image] picture
   *[video] video
} model here takes a { $asked } picture; { $model } takes up to { $allowed }, tall or wide.
nobody-image-bytes = No { $kind ->
    [image] picture
   *[video] video
} model here takes a { $size_mb } MB picture; the limit is { $limit_mb } MB ({ $model }).
nobody-combination = No { $kind ->
    [image] picture
   *[video] video
} model here can combine { $asked }.
refuse-together = No model here can do all of that at once. The closest one:
character-span = A character needs { $least } to { $most } seconds of a video.
storyboard-empty = Write one line per shot, like this: 7.5s plane takes off
storyboard-shot = Shot { $number } needs a length and a scene, like this: 7.5s plane takes off
storyboard-line = { $number }. { $seconds } s: { $scene }
storyboard-sum = The shots add up to { $sum } s, but you asked for { $asked } s.
storyboard-fraction = The shots add up to { $sum } s, but the total must be whole seconds.
no-model-ready = This bot has no models yet, so it cannot make anything.
no-model-for = This bot has no model { $ability ->
    [image] for pictures
    [remix] that can change a finished video
    [storyboard] for storyboards
    [characters] for characters
    [chat] for questions
    [vision] that looks at pictures
    [watching] that watches videos
    [tools] that can use the commands
    [structure] that can write prompts
    [search] that searches the web
    [thinking] that thinks first
   *[video] for videos
}.
model-unknown = There is no model “{ $given }”. Available: { $allowed }
model-of-other-sort = “{ $given }” is not a model for this. Available: { $allowed }
chat-cannot = { $model } { $ability ->
    [vision] does not look at pictures
    [watching] does not watch videos
    [tools] cannot use the commands
    [structure] cannot write prompts
    [search] does not search the web
   *[thinking] does not think first
}.
chat-cannot-together = No model can do all of that at once. Ask for less.
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
command-status = show your running and waiting jobs
command-cancel = cancel a job; if you have several, say which: /cancel 2
command-retry = try a failed job again
command-again = make your last result again
command-share = share a finished video with another chat: the one you reply to, or your last
command-models = show the models and what they can do
command-settings = show and change your defaults: model, shape, length, language
command-allow = let somebody use the bot: the person you reply to, this chat, or an id
command-deny = stop somebody from using the bot: the person you reply to, this chat, or an id
command-ban = never answer somebody again: the person you reply to, this chat, or an id
command-balance = what you can still spend
command-grant = give credits to the person you reply to, or to an id
command-limits = what a person, a chat or a group of people can spend
command-pause = take no new orders and questions: for some minutes, or until /resume
command-resume = take orders and questions again
command-jobs = show what runs and waits in all chats
command-stats = show how the jobs of the last day and week went
command-gateways = show how the gateways are doing
command-audit = show what admins have done
command-help = show how this works
help-command = /{ $command }: { $what }
help-option = { $what }: { $how }
help-footer =
    Options come before the prompt, in any order. Flags may go anywhere; -- ends the options.
    Example: { $example }
command-unknown = There is no command /{ $given }. /help lists all commands.
type-a-command = Begin with a command or with options, for example: { $example }. /help shows more.
answers-left-out = Too many messages for this chat at once. Some of my answers are missing; try again in a minute.
unexpected-error = Something went wrong in the bot. The operator can find the details in the log under { $id }.
storage-error = The bot cannot save anything right now, so it has done nothing: nothing was sent or paid. Please tell the operator.
disk-nearly-full = The bot's disk is nearly full, so it takes no new orders. Nothing was ordered. Please tell the operator.
status-none = You have no jobs running or waiting.
bot-stopping = The bot is about to restart and takes no orders right now. Nothing was ordered; please try again in a few minutes.
ordered-twice = This came twice within two seconds, so it was ordered once. Send it again if you want another one.
status-spent = Charged by { $gateway } in the last { $days } days, as far as it tells: { $amount } { $unit } for { $jobs ->
    [one] 1 job
   *[other] { $jobs } jobs
}
status-line = { $number }. { $state } · { $what }
state-waiting = about to start
state-submitting = sending
state-running = running for { $elapsed }
state-delivering = being posted
no-such-job = You have no job { $number }. /status lists yours.
nothing-to-cancel = There is nothing to cancel.
which-job = You have { $count } jobs. Say which one, for example: /{ $command } 1. /status shows the numbers.
too-late-to-cancel = Too late to cancel: it is finished and being posted.
nothing-to-retry = You have no failed job.
nothing-to-repeat = You have no video or picture to repeat.
not-failed = This job has not failed, so there is nothing to retry.
models-price = { $price }
models-price-second = { $price } a second
models-price-minute = { $price } a minute
models-price-tokens = { $asked } in, { $answered } out per million tokens
models-line = { $name } ({ $gateway }): { $what }
models-ready = ready
models-needs = needs { $variable }
models-off = switched off
models-picture = picture
models-mask = mask
models-remix = remix
models-characters = characters
models-storyboard = storyboard
models-chat = answers questions
models-listens = listens to voice messages
models-vision = pictures
models-watching = videos
models-tools = commands
models-structure = structured answers
models-search = web search
models-thinking = thinking
models-aside = unavailable at the gateway, next try in { $minutes } min
models-ended = ended on { $until } (still usable by name)
models-unlisted = not in the gateway's list for this key
models-retired = retired (still usable by name)
models-uncertain = unreliable at this gateway
models-default-ratio = fixed shape
models-images = up to { $count ->
    [one] 1 picture
   *[other] { $count } pictures
}

## Questions and answers

command-ask = ask a question, also about pictures or a video; reply to an answer to go on from it
command-hear = answer what you say aloud
command-talk = talk to me in plain words
command-stop = stop an answer that is being written
command-continue = let an answer go on where it ended
command-reask = ask again what got no answer
command-show = post what may be missing of an answer
command-model = show or choose who answers your questions
command-system = show or say how questions in this chat are answered
command-forget = delete all that is kept of you, after asking once more
example-ask = why is the sky blue?
example-talk = make me a clip of a cat surfing
example-model = off
example-pause = 30 Maintenance, back at noon
example-system = answer in one sentence
option-question = what you want to know
option-search = search the web first
option-think = think first
option-new = begin a new conversation
option-answer = id of the answer; otherwise the one you reply to, or your last
option-chat-model = model, or off
option-system = instruction, or off
option-thoughts = show what a model thinks: on or off
answer-thinking = { $model } is thinking …
answer-frames = I looked at these moments of the video: { $moments }.
answer-stopped = Stopped.
answer-cut = The answer reached its greatest length.
answer-broken = The answer ended here.
answer-failed = No answer from { $model }.
answer-goes-on = … The answer goes on; all of it comes as a file at the end.
answer-in-file = … The whole answer is in the file below.
answer-file = The whole answer
answer-perhaps-below = I was restarted just as I posted this answer. It should be right below; only if it is not, press “Show the rest”.
answer-elsewhere = This answer has ended; it stands in another message.
answers-at-once = You are already waiting for { $count ->
    [one] an answer
   *[other] { $count } answers
}. Stop one, or wait until it is there.
command-enhance = get a better prompt for a video, or for a picture (--image); you see it first
command-describe = get a prompt that would make your picture or video again; send one or reply to it
command-suggest = get another suggestion
command-edit = change what a plan or suggestion says
example-enhance = a cat surfing at sunset
example-describe = mostly the light
example-edit = a cat surfing at night
option-picture-kind = for a picture instead of a video
option-video-kind = for a video instead of a picture
option-describe = what matters most in it
option-edit = the new words; for a plan one shot per line: 7.5s plane takes off
option-draft = id of the plan or suggestion
describe-nothing = Send a picture or a video along with /describe, or reply to one.
suggestion-thinking = { $model } is working on a suggestion …
suggestion-failed = No suggestion from { $model }.
suggestion-replaced = A newer suggestion has replaced this one; nothing was ordered.
draft-suggestion = A suggestion; nothing is ordered yet. It would cost about { $price }.
button-use = Use
button-edit = Edit
button-suggest-again = Again
nothing-to-edit = This can no longer be changed: it was ordered or dropped.
nothing-to-suggest-again = I no longer have what this was made from. Please give the command again.
button-stop = Stop
button-continue = Continue
button-ask-again = Ask again
button-show-rest = Show the rest
continue-prompt = Continue exactly where you stopped. Do not repeat anything.
question-too-long = This is more than { $model } can take at once. Shorten it, or choose another model with --model.
nothing-to-continue = This answer is complete.
nothing-to-ask-again = This question has been answered.
nothing-to-stop = No answer is being written.
nothing-to-show = Nothing is missing of this answer.
tool-unreadable = The arguments are not a JSON object.
no-such-answer = I no longer have this answer.
chat-model-shown =
    Your questions are answered by { $model }.
    Choose: { $names }
    For example: /model { $model } · back to the default: /model off
chat-model-set = { $model } answers from now on.
chat-model-unset = The default model answers from now on.
system-shown =
    In this chat, questions are answered like this: { $system }
    Change it: /system and the new instruction · clear it: /system off
system-none = There is no instruction for this chat. Give one like this: /system answer in one sentence
system-set = Answers in this chat follow this instruction from now on.
system-unset = The instruction is cleared.
system-too-long = The instruction may have up to { $limit } characters.
forget-asks = This deletes for good what I keep of you:
forget-done = This is deleted:
forget-jobs = { $count ->
    [one] 1 video or picture order, with its files
   *[other] { $count } video and picture orders, with their files
}
forget-answers = { $count ->
    [one] 1 question with its answer
   *[other] { $count } questions with their answers
}
forget-characters = { $count ->
    [one] 1 character
   *[other] { $count } characters
}
forget-defaults = your settings
forget-stays = Messages in chats stay; delete them there. What was spent stays in the books, without your words.
forget-open = { $count ->
    [one] 1 order is still being made and stays. Send /forget again when it has ended.
   *[other] { $count } orders are still being made and stay. Send /forget again when they have ended.
}
forget-nothing = I keep nothing of yours that could be deleted.
button-erase = Delete all of it
command-erase = delete what was shown by /forget
option-sure = the code that /forget has shown

## Access and defaults

access-denied = You don't have access to this bot here. To ask for it, send the operator this: user { $user }, chat { $chat }.
admins-only = Only this bot's admins can do that.
chat-admins-only = Only this chat's admins can change its defaults. Leave out the word chat to change your own.
deny-admin = This is an admin of the bot, who always has access.
admins-alone = This is only for admins to see. Ask me where nobody else reads along, for example in our private chat.
audit-none = No admin has changed anything yet.
audit-line = { $at } UTC · { $by } in { $chat }: { $what }
bot-paused = The bot is paused{ $minutes ->
    [0] {""}
   *[other] {" "}for { $minutes } more min
} and takes nothing new. Nothing was ordered; what was ordered before goes on.{ $said }
pause-begun = { $minutes ->
    [0] The bot takes nothing new until /resume.
   *[other] The bot takes nothing new for { $minutes } min, or until /resume.
} What was ordered goes on.
pause-none = The bot is not paused.
pause-ended = The bot takes orders and questions again.
jobs-none = Nothing runs or waits.
jobs-waiting = { $number }. waiting for { $elapsed } · { $user } in { $chat } · { $model } · { $id }
jobs-running = { $number }. running for { $elapsed } · { $user } in { $chat } · { $model } · { $id }
jobs-more = … and { $count } more
stats-period = Last { $period }: { $jobs ->
    [one] 1 job
   *[other] { $jobs } jobs
}: { $done } done, { $failed } failed, { $cancelled } cancelled; { $credits }
stats-models = Most used: { $models }
stats-faults = Faults: { $faults }
gateways-line = { $gateway }: { $running } running, { $waiting } waiting
gateways-fault = Last fault: { $fault }, { $model }, { $ago } ago
chat-managers-only = Only this bot's admins can do that, and for this chat its own.
chat-admins-people = You decide here about people: reply to somebody, or name an id: /{ $command } user 123
denied-here = User { $id } can no longer use the bot in this chat.
allowed-here = Nothing that you decided keeps user { $id } from using the bot in this chat any more.
limits-here-only = You can lower what this chat can spend a day: /limits daily 50. The word default takes it back.
party-no-names = I cannot find out whose name { $name } is. Reply to a message of theirs with /{ $command }, or use their id: /{ $command } 123456789
party-needs-id = Say whose id it is, for example: /{ $command } user 123
allowed-user = User { $id } can use the bot now, except in chats that are denied.
allowed-chat = Everybody in chat { $id } can use the bot now, except users who are denied.
denied-user = User { $id } can no longer use the bot.
denied-chat = Nobody in chat { $id } can use the bot any more, except its admins.
banned-user = User { $id } gets no answer any more. What they had waiting is cancelled; what a gateway has begun still comes. /allow lifts the ban.
banned-chat = Nobody in chat { $id } gets an answer any more, except the admins of the bot. What waited there is cancelled; what a gateway has begun still comes. /allow lifts the ban.

## Buying credits

command-buy = buy credits
command-paysupport = help with a payment
command-terms = the terms under which credits are sold
command-refund = give a payment back
buy-title = { $amount }
buy-description = { $amount } of your own for this bot. They are used when the rest is spent, and stay until then.
buy-alone = Credits are bought where only you and the bot read along: { $link }
buy-amount = Say how many credits, from 1 to { $most }, for example: /buy 500
bought = Thank you: { $amount } are yours, so you have { $own } of your own now. The name of this payment is { $charge }; keep it for questions about it (/paysupport).
checkout-not-yours = This invoice was made for somebody else. Send /buy for one of your own.
checkout-price = The price has changed. Send /buy for a new invoice.
checkout-denied = You cannot use this bot, so you should not pay for it either.
checkout-later = The bot cannot write anything down right now, so nothing was charged. Please try again later.
refund-needs-charge = Say which payment: /refund and the name that its buyer was told.
refund-unknown = There is no such payment in the ledger.
refund-refused = The credits are taken back, but the payment could not be returned: “{ $said }” Send the same again to try once more.
refunded = The payment of { $id } was returned, and its { $amount } are taken back. What is spent of them already is owed.
paysupport = Write what it is about behind the command, with the name of the payment: /paysupport I have paid, but … It is passed on to who runs this bot.
paysupport-says = { $id } says about a payment: { $text }
paysupport-told = Passed on to who runs this bot.
paysupport-nobody = Nobody who runs this bot can be reached here. Please write to them where you found the bot.
terms = Credits are for making things with this bot and for nothing else. They do not expire and cannot be paid out. What could not be delivered is not charged. If something went wrong with a payment, /paysupport passes it on, and it can be returned. This is between you and who runs this bot: the messenger has no part in it and cannot help with it.

## Limits of orders

orders-too-fast = That is more than { $count } orders in a minute. You can order again in { $wait } s.
too-many-waiting = { $count } of your jobs are waiting already. Wait for one of them, or cancel one: /status shows them.
line-full = { $count } jobs are waiting already, which is all that this bot takes. Please try again later.
words-blocked = The operator of this bot does not allow something in these words, so nothing was ordered.

## Credits

credits = { $amount ->
    [one] 1 credit
   *[other] { $amount } credits
}
credits-paid-today = { $price }, { $left } left today
credits-paid-month = { $price }, { $left } left this month
credits-paid-here = { $price }, { $left } left in this chat today
credits-short-today = This costs { $price }, and you have { $left } left today. A new day begins at 00:00 UTC. /balance shows everything.
credits-short-month = This costs { $price }, and you have { $left } left this month. /balance shows everything.
credits-short-here = This costs { $price }, and there is { $left } left for you in this chat today. A new day begins at 00:00 UTC. /balance shows everything.
balance-today = Left today: { $left } of { $limit }. A new day begins at 00:00 UTC.
balance-month = Left this month: { $left } of { $limit }.
balance-here = Left today for everybody in this chat: { $left } of { $limit }.
balance-own = Your own: { $left }. They are used when the rest is spent, and stay until then.
balance-unlimited = There is no limit on what you can spend here.
grant-needs-amount = Say how many credits: reply to somebody with /grant 50, or name an id: /grant 123456789 50. A minus takes them away.
grant-too-low = They have fewer credits of their own than that.
granted = { $id } now has { $own } of their own.
limits-user = { $id } can spend a day: { $daily }; a month: { $monthly }.
limits-chat = In chat { $id } all together can spend a day: { $daily }.
limits-group = Each of the group { $id } can spend a day: { $daily }; a month: { $monthly }.
limits-in-group = They are in the group { $group }.
limits-chat-month = A chat has a daily limit only.
limits-group-of-people = Only people can be in a group: name a person's id, or reply to them.
limits-no-group = A group cannot be called “none”. To take somebody out of theirs, reply to them with /limits group none.
limit-undecided = as everybody
limit-none = no limit
settings-own = Your defaults: { $what }
settings-chat = Defaults of this chat: { $what }
settings-none = none
settings-no-thoughts = thoughts not shown
settings-how =
    What you type comes first, then your defaults, then those of the chat.
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
option-private = shown only to you; shared without its prompt
option-spoiler = covered until tapped
option-seed = seed, to get the same result again
option-model = model, see /models
option-language = language
option-for-chat = for everybody in this chat (chat admins only)
option-reset = clear all defaults
option-party-kind = what the id belongs to
option-minutes = for how many minutes
option-pause-text = what people are told
option-person = whom it is about
option-party-id = id of a user or chat
option-credits = how many; a minus takes them away
option-people-group = a group of people; with a person, puts them into it
option-daily = credits for a day
option-monthly = credits for a month
option-job = number in /status
option-unknown = There is no option { $given }. Available: { $allowed }. To use it as plain text, put a lone -- before the prompt.
option-not-understood = I don't understand “{ $given }” here. /help shows what each command takes.
option-needs-value = { $option } needs a value: { $allowed }
option-bad-value = “{ $given }” does not work for { $option }. Allowed: { $allowed }
option-range = { $name ->
    [seconds] Length must be { $least } to { $most } seconds
   *[other] { $option } must be { $least } to { $most }
}{ $off ->
    [yes] , or off.
   *[no] .
}
option-twice = { $name ->
    [ratio] Two shapes were given
    [seconds] Two lengths were given
    [resolution] Two resolutions were given
    [count] Two counts were given
    [model] Two models were given
    [language] Two languages were given
    [job] Two jobs were given
    [span] Two parts of the video were given
   *[other] { $option } was given twice
}: { $first } and { $second }. Keep one.
prompt-empty = Say what to make.
prompt-missing = { $command ->
    [character] Give seconds of a video and a name (it takes the video you reply to, or your last one): { $example }
   *[other] Say what you want, for example: { $example }
}
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
prompt-control-character = Character { $position } of the text is a control character ({ $code }). Please remove it and try again.
prompt-too-long = The prompt has { $length } characters; the limit is { $limit }.

## Pictures

picture-missing = There is no file called { $name }.
picture-directory = { $name } is a folder, not a picture.
picture-unreadable = { $name } cannot be read.
picture-empty = { $name } is empty (0 bytes).
picture-gif = { $name } is a GIF. Please send a JPEG, PNG or WebP.
picture-heic = { $name } is a HEIC or AVIF picture, which gateways cannot read. Please send it as JPEG or PNG.
picture-video = { $name } is a video. Please send a picture: JPEG, PNG or WebP.
picture-not-image = { $name } is not a picture. Please send a JPEG, PNG or WebP.
file-unwatchable = { $name } is neither a picture nor a video that I can look at. Please send a JPEG, PNG, WebP, MP4, MOV or WebM.
video-broken = { $name } is not a video that I can read.
picture-broken = { $name } is damaged and cannot be read.
picture-too-large = { $name } is { $size_mb } MB; the limit is { $limit_mb } MB.
picture-too-many-pixels = { $name } has too many pixels; the limit is { $limit_megapixels } megapixels.
picture-too-small = { $name } is too small; it needs at least { $limit_px } pixels on each side.

## Command line

terminal-banner = cliprelay { $version }. Type { $example }, or /help. /attach FILE adds a picture or video to the next command. Ctrl-D quits.
sandbox-notice = SANDBOX: no gateway key is set, so a test gateway on this machine plays every model. The videos are test clips; nothing costs money. Set a key in .env to go live.
sandbox-notice-asked = SANDBOX, as requested: a test gateway on this machine plays every model. The videos are test clips; nothing costs money.
jobs-resumed = Resuming { $count ->
    [one] 1 job
   *[other] { $count } jobs
} from last time.
result-saved = Saved: { $path }
jobs-left = { $count ->
    [one] 1 job is not finished. Start again to get its result.
   *[other] { $count } jobs are not finished. Start again to get their results.
}
jobs-waited-for = { $count ->
    [one] Waiting for 1 job that cannot be picked up again. Ctrl-C stops at once, but the gateway may still charge for it.
   *[other] Waiting for { $count } jobs that cannot be picked up again. Ctrl-C stops at once, but the gateway may still charge for them.
}
jobs-lost = { $count ->
    [one] 1 job ({ $models }) cannot be picked up again, and the gateway may charge for it.
   *[other] { $count } jobs ({ $models }) cannot be picked up again, and the gateway may charge for them.
}
pictures-attached = Goes with your next command: { $names } (/attach alone removes them)
nothing-attached = Nothing is attached.
choice-typed = { $label }: { $command }

## Forms, replies and sharing

how-to-start = Type a command and what you want to see, for example: { $example }. Add pictures, or reply to some. /help shows more.
text-cut = Your message has the maximum length, so its end has probably been cut off. Please send a shorter one, or send it to me privately. Nothing was ordered.
edited-command = Edited commands are not read again. Please send it as a new message.
picture-not-fetched = Could not get { $name }. Please send it again.
button-not-yours = This belongs to somebody else.
reply-video = A video cannot be used as the start of something new yet. Reply to a picture, or send the command on its own. Nothing was ordered.
reply-own-video = /{ $command } makes something new. To change this video, reply to it with /remix and what should change. Nothing was ordered.
album-incomplete = I can see only one picture of this album. In groups I am shown whole albums only if I am an admin; in private chats always. Nothing was ordered.
album-unknown = I know only this one picture of the album. Send the pictures together with the command. Nothing was ordered.
voice-not-heard = I cannot listen to voice messages here: no model is set up for it. Please type your question.
hint-set-speech = A model that turns speech into words is missing: a [[speech]] table in a file of CATALOG_FILES, or a key for a gateway that has one.
voice-empty = I heard no words in that.
voice-missing = Say something in a voice message, or reply to one.
voice-failed = I could not listen to that.
answer-heard = I heard: “{ $text }”
along-unwatchable = I can look at pictures and videos only. What you sent along or replied to is something else. Nothing was asked.
embed-unwatchable = I can see only a preview of that video, not the video itself. Attach the file. Nothing was asked.
along-unusable = Only pictures can come with a command: JPEG, PNG or WebP. What you sent along or replied to is something else. Nothing was ordered.
form-title = What should it look like? The model decides what you don't choose.
form-portrait = Portrait
form-landscape = Landscape
form-square = Square
form-go = Write the prompt
form-lost = This form is too old. Please send /video again.
ask-reply = Reply to this message with { $what }.
ask-here = Questions cannot be answered here. Reply to that message itself with /{ $command } and { $what }.
ask-lost = This question is too old. Press the button again, or send the command again.
share-none = No match: make a video
share-nothing = You have no finished video to share.
share-how = Press the button and choose where it should go.
share-nowhere = A terminal cannot share. The file is where the “Saved” line says.
share-off = Sharing needs inline mode. The operator can turn it on: /setinline at @BotFather.

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
name-ban = ban
name-balance = balance
name-grant = grant
name-limits = limits
name-pause = pause
name-resume = resume
name-jobs = jobs
name-stats = stats
name-gateways = gateways
name-audit = audit
name-help = help
name-confirm = confirm
name-enhance = enhance
name-describe = describe
name-suggest = suggest
name-edit = edit
name-erase = erase
name-ask = ask
name-hear = hear
name-talk = talk
name-stop = stop
name-continue = continue
name-reask = reask
name-show = show
name-model = model
name-system = system
name-forget = forget
name-option-search = search
name-option-think = think
name-option-new = new
name-option-thoughts = thoughts
name-option-prompt = prompt
name-option-ratio = ratio
name-option-seconds = seconds
name-option-resolution = resolution
name-option-fast = fast
name-option-count = count
name-option-private = private
name-option-picture = picture
name-option-video = video
name-option-spoiler = spoiler
name-option-seed = seed
name-option-mask = mask
name-option-of = of
name-option-sure = sure
name-option-place = place
name-option-span = span
name-option-url = url
name-option-remove = remove
name-option-sound = sound
name-option-watermark = watermark
name-option-model = model
name-option-language = language
name-option-chat = chat
name-option-reset = reset
name-option-kind = kind
name-option-person = person
name-option-id = id
name-option-job = job
name-option-minutes = minutes
name-option-credits = credits
name-option-group = group
name-option-daily = daily
name-option-monthly = monthly
name-option-image = image{ $number }
option-image = a picture to start from
option-shown = a picture or a video that it is about
menu-animate = Animate this
menu-remix = Remix
animate-prompt = bring it to life
animate-nothing = There is no picture in that message.
form-pictures = Pictures
form-shown = Pictures or a video
answered-privately = Answered privately.
command-done = Done.
reply-unseen = I cannot see the message you reply to. Attach the file or copy the words into your question. Nothing was asked.
reply-hidden = I cannot see the message you reply to. Attach the picture itself, or use the menu of that message: Apps, “{ menu-animate }”. Nothing was ordered.
ask-choice = Choose { $what }.
share-by = shared by { $who }
share-done = Posted in { $place }.
share-refused = It could not be posted there.
share-server-only = Videos can only be shared in servers that I am in.
share-not-you = You are not allowed to post videos there.
share-not-me = I am not allowed to post videos there. Whoever runs this server can change that.
share-gone = This video is no longer stored here.
pictures-gone = The pictures that you had sent for this are no longer kept here. Please send them once more, with the command.
option-change = what should change
option-of = id of the video; otherwise the one you reply to, or your last
option-place = where it should go
option-size = size of the picture
option-mask = the last picture is a mask
option-sound = with sound, or --silent: without
option-watermark = keep the gateway's watermark
option-shots = the shots, one per line: 7.5s plane takes off; or just the idea
option-length = total length of all shots
option-alias = the character's name
option-span = which seconds of the video, 1 to 3 s long
option-url = link to a video to use instead
option-remove = forget this character
command-image = make a picture, or change the ones you send
command-remix = change a video made by this bot
command-storyboard = make a video of several shots; you see the plan first
command-character = make a character from a video, to use as @name
command-characters = list your characters
command-confirm = order a plan
state-draft = a plan, waiting for /confirm
which-plan = You have { $count } plans. Say which one, for example: /confirm 1. /status shows the numbers.
draft-plan = This is the plan; nothing is ordered yet. It would cost about { $price }.
button-remix = Remix
button-confirm = Make it
private-unheard = I send private results only to our private chat, and I cannot write to you there yet. Start a chat with me, or allow direct messages, and order again. Nothing was charged.
private-nobody = A private result goes to one person, but this was ordered in the name of a chat. Order it under your own name. Nothing was ordered.
nothing-to-confirm = This plan was already ordered or dropped, or it belongs to somebody else.
no-such-video = There is no finished video to use. Reply to one of mine, or make one first.
remix-not-possible = Videos made by { $model } cannot be changed.
remix-private = A private video cannot be changed: the gateway has not kept it.
refuse-storyboard = { $model } cannot make storyboards.
alias-wrong = “{ $given }” cannot be a name. Use one word of letters and digits: /character 1-3 tom
character-made = Done. Write @{ $alias } in a prompt to use this character.
character-link = The link must start with https://
character-not-possible = Videos made by { $model } cannot be used for characters.
no-such-character = You have no character @{ $alias }. /characters lists them.
character-forgotten = @{ $alias } is forgotten here; the gateway still keeps the character.
characters-none = You have no characters yet. Make one from a video: /character 1-3 tom
models-missing = { $gateway } does not list { $count ->
    [one] this model
   *[other] these models
} for your key: { $names }
    Others are used first from now on. Whoever names { $count ->
    [one] it
   *[other] them
} can still try.
quota-low = { $gateway } is running out of credit: { $said }
gateway-fails = { $gateway } has failed { $count } times in a row, last with “{ $kind }”. The log says more. This is told again only after it has worked once.
disk-fills = Less than { $megabytes } MB are free on the bot's disk (MIN_FREE_MB), so it takes no new orders. It goes on by itself as soon as there is room.
storage-gone = The bot cannot store anything, so it takes no new orders: { $why }
platform-away = { $platform } has been out of reach for { $minutes } minutes. The bot keeps trying, and posts what is finished when it is back.
platform-back = { $platform } can be reached again, after { $minutes } minutes.
characters-apart = These characters belong to different gateways ({ $gateways }) and cannot appear together.
