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
plan-late = Not ordered in time, so this plan was dropped. Nothing was ordered or paid.
plan-crowded-out = You have { $count } newer plans, so this one was dropped. Nothing was ordered or paid.
job-page = { $kind ->
    [image] The gateway sent a web page instead of a file, so the picture could not be checked. It should be here: { $page }
   *[video] The gateway sent a web page instead of a file, so the video could not be checked. It should be here: { $page }
}
some-missing = { $kind ->
    [image] { $made } of { $asked } pictures were made. The rest failed and are not charged.
   *[video] { $made } of { $asked } videos were made. The rest failed and are not charged.
}
too-large-link = Too large for this chat: { $size } MB, and the limit is { $limit } MB. Download it here while the gateway keeps it: { $link }
too-large-page = Too large for this chat: { $size } MB, and the limit is { $limit } MB. Watch it in your browser: { $link }
too-large-kept = Too large for this chat: { $size } MB, and the limit is { $limit } MB. There is no public link, and you are not charged. The operator can find it as { $id }.
only-preview = This is a low-quality preview: the gateway stopped before the final version.
refused-link = This chat does not accept the file. Download it here while the gateway keeps it: { $link }
refused-page = This chat does not accept the file. Watch it in your browser: { $link }
refused-kept = This chat does not accept the file, and there is no public link. You are not charged for it. The operator can find it as { $id }.
note-maybe-twice = This may be here twice: the chat did not confirm the first post.
part-refused = { $missing } of { $count } could not be posted: this chat accepts it neither as media nor as a file. You are not charged for it.
posted-elsewhere = Posted here because it could not be posted where you ordered it.
original-page = Original, in full quality: { $link }
took = took { $took }
retry-is-free = A retry asks for the same result again; nothing is ordered a second time.
button-cancel = Cancel
button-retry = Retry
button-again = Again
button-share = Share
button-unshare = Stop sharing

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
command-unshare = let all links to a result stop working
command-discard = delete one result with its files and its links
command-share = share a finished video, by a link or in another chat: the one you reply to, or your last
command-gallery = a page with all that you have made: see, save, delete, make again
command-dashboard = a page with all that the bot is doing, live
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
command-aside = set a model aside for a while: /aside MODEL 60
command-unaside = take a model back that was set aside
command-jobs = show what runs and waits in all chats
command-stats = show how the jobs of the last day and week went
command-gateways = show how the gateways are doing
command-audit = show what admins have done, all or some of it
example-audit = deny 123456
option-audit = only what has all of this: a command, the id of a person or a chat
audit-none-such = Nothing that admins have done has all of these words.
command-broadcast = tell all chats that use the bot something; you see it first
command-send = send the broadcast that was shown
command-halt = send no more of a broadcast
example-broadcast = Tonight from 22:00 to 23:00 UTC the bot is down for maintenance.
option-broadcast-text = what all chats are told
option-broadcast = id of the broadcast
button-send = { $chats ->
    [one] Send to { $chats } chat
   *[other] Send to { $chats } chats
}
button-halt = Stop sending
broadcast-shown = { $chats ->
    [one] One chat has used this bot in the last { $days } days and gets this, once you press the button. Chats and people that are kept out do not.
   *[other] { $chats } chats have used this bot in the last { $days } days and get this, once you press the button. Chats and people that are kept out do not.
}

    { $text }
broadcast-nobody = Nobody would get this: no chat has used this bot in the last { $days } days.
broadcast-too-long = A broadcast can have at most { $limit } characters.
broadcast-gone = This broadcast was sent, stopped or replaced already.
broadcast-old = This was shown more than an hour ago. Send /broadcast again to see who gets it now.
broadcast-busy = Another broadcast is still being sent. /halt stops it.
broadcast-none = No broadcast is being sent.
broadcast-halted = No more of it is sent.
broadcast-going = Broadcast: sent to { $sent } of { $all ->
    [one] 1 chat
   *[other] { $all } chats
}.{ $unsure ->
    [0] {""}
   *[other] {" "}{ $unsure } may have got it.
} { $failed } could not be reached.
broadcast-done = Broadcast: done. Sent to { $sent } of { $all ->
    [one] 1 chat
   *[other] { $all } chats
}.{ $unsure ->
    [0] {""}
   *[other] {" "}{ $unsure } may have got it.
} { $failed } could not be reached.
broadcast-stopped = Broadcast: stopped. Sent to { $sent } of { $all ->
    [one] 1 chat
   *[other] { $all } chats
}.{ $unsure ->
    [0] {""}
   *[other] {" "}{ $unsure } may have got it.
} { $failed } could not be reached, { $left } did not get it.
command-help = show all commands, or the options of one: /help video
help-command = /{ $command }: { $what }
help-option = { $what }: { $how }
help-footer =
    What options a command has: /help { $command }
    Example: { $example }
help-options =
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
models-price-character = { $price } a character
models-price-tokens = { $asked } in, { $answered } out per million tokens
models-line = { $name } ({ $gateway }): { $what }
models-kind = { $kind ->
    [video] Videos
    [image] Pictures
    [chat] Answers to questions
   *[speech] Speech into words
} ({ $count })
models-rest = … { $count } more: /models { $kind }
models-how = One of them: /models { $example }. All of them: /models all
models-others = { $count ->
    [one] One more cannot be used now
   *[other] { $count } more cannot be used now
} (no key, or switched off): /models all
models-none-of-kind = No model of that kind is ready: { $kind }. /models shows what there is.
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
models-put-aside = set aside by an admin until { $until } UTC
models-ended = ended on { $until } (still usable by name)
models-unlisted = not in the gateway's list for this key
models-retired = retired (still usable by name)
models-uncertain = not proven at this gateway yet
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
suggestion-paid = For this suggestion: { $paid }
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

share-denied = You have no access to this bot
access-denied = You don't have access to this bot here. To ask for it, send the operator this: user { $user }, chat { $chat }.
write-as-yourself = This is written in a channel's name, and one person can have many of those. Please write it as yourself. Or an admin of this bot can allow the channel: by replying to its message with /allow.
admins-only = Only this bot's admins can do that.
chat-admins-only = Only this chat's admins can change its defaults. Leave out the word chat to change your own.
deny-admin = This is an admin of the bot, who always has access.
admins-alone = This is only for admins to see. Ask me where nobody else reads along, for example in our private chat.
audit-none = No admin has changed anything yet.
audit-line = { $at } UTC · { $by } in { $chat }: { $what }
pause-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
pause-hours = { $count } h
pause-minutes = { $count } min
bot-paused = The bot is paused{ $left ->
    [none] {""}
   *[other] {" "}for another { $left }
} and takes nothing new. Nothing was ordered; what was ordered before goes on.{ $said }
pause-begun = { $length ->
    [none] The bot takes nothing new until { $where ->
        [page] “{ dash-resume }”
       *[chat] /resume
    }.
   *[other] The bot takes nothing new for { $length }, or until { $where ->
        [page] “{ dash-resume }”
       *[chat] /resume
    }.
} What was ordered goes on.
minutes-one-word = Nothing was done: write the time as one word, such as 30m, 2h or 7d.
pause-none = The bot is not paused.
pause-ended = The bot takes orders and questions again.
aside-set = Set aside until { $until } UTC (or until { $where ->
        [page] “{ dash-unaside }”
       *[chat] /unaside
    }): { $models }
    Others that can do the same are chosen before it. It is still used where it is named or nothing else is left.
aside-ended = Chosen again: { $models }
aside-none = This is not set aside: { $models }
aside-which = Which model? /{ $command } MODEL, as /models writes it, with or without its gateway.
aside-unknown = There is no model “{ $given }”; /models lists them.
jobs-none = Nothing runs or waits.
jobs-waiting = { $number }. waiting for { $elapsed } · { $user } in { $chat } · { $model } · { $id }
jobs-running = { $number }. running for { $elapsed } · { $user } in { $chat } · { $model } · { $id }
jobs-more = … and { $count } more
stats-period = Last { $days ->
    [one] 24 h
   *[other] { $days } days
}: { $jobs ->
    [one] 1 job
   *[other] { $jobs } jobs
}: { $done } done, { $failed } failed, { $cancelled } cancelled; { $credits }
stats-models = Most used: { $models }
stats-faults = Faults: { $faults }
gateways-line = { $gateway }: { $running } running, { $waiting } waiting
gateways-aside = {"  "}{ $model }: { $why }
gateways-idle = Nothing running, waiting or set aside, and no fault: { $gateways }
gateways-fault = Last fault: { $fault }, { $model }, { $ago } ago
chat-managers-only = Only this bot's admins can do that, and for this chat its own.
chat-admins-people = You decide here about people: reply to somebody, or name an id: /{ $command } user 123
denied-here = User { $id } can no longer use the bot in this chat.
allowed-here = Nothing that you decided keeps user { $id } from using the bot in this chat any more.
limits-here-only = You can lower what this chat can spend a day: /limits daily 50. The word default takes it back.
party-no-names = I cannot find out whose name { $name } is. Reply to a message of theirs with /{ $command }, or use their id: /{ $command } 123456789
party-needs-platform = Write of which platform “{ $given }” is, such as { $party }
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
checkout-closed = No credits are sold here any more, so nothing was charged.
checkout-denied = You cannot use this bot, so you should not pay for it either.
checkout-later = The bot cannot write anything down right now, so nothing was charged. Please try again later.
refund-needs-charge = Say which payment: /refund and the name that its buyer was told.
refund-unknown = There is no such payment in the ledger.
refund-refused = The credits are taken back, but the payment could not be returned: “{ $said }” Send the same again to try once more. If it is refused for good, { $grant } gives the credits back to their buyer.
refunded = The payment of { $id } was returned, and its { $amount } are taken back. What is spent of them already is owed.
stars-returned = The payment service has returned payment { $charge } of { $id } by itself, and its { $amount } are taken back. What is spent of them already is owed.
stars-returned-yours = The payment service has returned your payment { $charge }, so its { $amount } are taken back. What you have spent of them already is owed: out of what you buy or are given later.
paysupport = Write what it is about behind the command, with the name of the payment: /paysupport I have paid, but … It is passed on to who runs this bot.
paysupport-says = { $id } says about a payment: { $text }
paysupport-told = Passed on to who runs this bot.
paysupport-nobody = Nobody who runs this bot can be reached here. Please write to them where you found the bot.
terms = Credits are for making things with this bot and for nothing else. They do not expire and cannot be paid out. What could not be delivered is not charged. If something went wrong with a payment, /paysupport passes it on, and it can be returned. This is between you and who runs this bot: the messenger has no part in it and cannot help with it.

## Limits of orders

orders-too-fast = That is more than { $count } orders and changes in a minute. Try again in { $wait } s.
too-many-waiting = { $count } of your jobs are waiting already. Wait for one of them, or cancel one: /status shows them.
line-full = { $count } jobs are waiting already, which is all that this bot takes. Please try again later.
words-blocked = The operator of this bot does not allow something in these words, so nothing was ordered or asked.

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
credits-short-here = This costs { $price }, and you have { $left } left in this chat today. A new day begins at 00:00 UTC. /balance shows everything.
balance-today = Left today: { $left } of { $limit }. A new day begins at 00:00 UTC.
balance-month = Left this month: { $left } of { $limit }.
balance-here = Left today for everybody in this chat: { $left } of { $limit }.
balance-own = Your own: { $left }. They are used when the rest is spent, and stay until then.
balance-unlimited = There is no limit on what you can spend here.
grant-needs-amount = Say how many credits, and whose: reply to somebody with /grant 50, or name an id with its platform: /grant 50 { $party }. A minus takes them away.
grant-which = Nothing was done: “{ $credits }” and “{ $id }” could both be how many. Write whose id it is, such as /grant { $credits } { $party }
grant-too-low = They have fewer credits of their own than that.
granted = { $id } now has { $own } of their own.
limits-user = { $id } can spend a day: { $daily }; a month: { $monthly }.
limits-chat = In chat { $id } all together can spend a day: { $daily }.
limits-group = Each of the group { $id } can spend a day: { $daily }; a month: { $monthly }.
limits-in-group = They are in the group { $group }.
limits-chat-month = A chat has a daily limit only.
limits-group-of-people = Only people can be in a group: name a person's id, or reply to them.
limits-no-group = A group cannot be called “none”. To take somebody out of theirs, reply to them with /limits group none.
limit-undecided = the usual limit
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
option-model-kind = only models of one kind, or all of them
option-language = language
option-for-chat = for everybody in this chat (chat admins only)
option-reset = clear all defaults
option-party-kind = what the id belongs to
option-help-command = only this command, with its options
option-minutes = for how many minutes (or 2h, 7d)
option-pause-text = what people are told
option-person = whom it is about
option-party-id = id of a user or chat
option-credits = how many; a minus takes them away
option-people-group = a group of people; with a person, puts them into it
option-daily = credits for a day
option-monthly = credits for a month
option-job = number in /status
option-unknown = There is no option { $given }. Available: { $allowed }. To use it as plain text, put a lone -- before the prompt.
party-no-id = “{ $given }” is no id. An id looks like { $platform }:123, or just 123 where only { $platform } can be meant.
option-not-understood = I don't understand “{ $given }” here. /help shows what each command takes.
option-needs-value = { $option } needs a value: { $allowed }
option-bad-value = “{ $given }” does not work for { $option }. Allowed: { $allowed }
option-range = { $name ->
    [seconds] Length must be { $least } to { $most } seconds
    [minutes] How long must be { $least } to { $most } minutes, such as 30, 90m, 2h or 7d; a text that begins with a number goes behind a lone --
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
    [id] Two ids were given
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
hint-listened = For listening: { $paid }
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
share-link = Whoever has this link can see it for the next { $days ->
    [one] day
   *[other] { $days } days
}: { $link }
share-how-else = To post it in another chat, press the button.
share-privately = This result is private, and others read this chat. Ask for its link where only you and the bot are.
unshare-done = No longer shared: its links have stopped working. Copies that somebody has saved, and posts in chats, stay.
unshare-none = It is not shared: none of its links works.
share-enough = There are { $count } links to this result already, and that is enough. Pass on one of them, or stop sharing it first: then all of them end.
discard-done = Deleted, with its files and its links. Posts in chats stay; delete them there. What it cost stays in the books, without your words.
discard-gone = There is no such result of yours, or it was deleted before.
discard-open = This is still being made. Cancel it first, or wait until it is done.
chat-unreached = The chat that this came from cannot be reached from here. Nothing was ordered.
retry-not-theirs = { $user } may not use the bot any more, and would pay for this. Nothing was ordered.
chat-left = You are no longer in the chat that this came from. Nothing was ordered.
members-later = I could not find out whether you are still in the chat that this came from. Nothing was ordered. Please try again in a minute.
chat-unheard = I cannot write to the chat that this came from any more. Nothing was made, and nothing was charged.
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
name-unshare = unshare
name-discard = discard
name-gallery = gallery
name-dashboard = dashboard
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
name-aside = aside
name-unaside = unaside
name-jobs = jobs
name-stats = stats
name-gateways = gateways
name-audit = audit
name-broadcast = broadcast
name-send = send
name-halt = halt
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
name-option-command = command
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
nothing-to-confirm = This plan was already ordered or dropped, was not ordered in time, or belongs to somebody else.
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
character-price = Making one costs { $price }.
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
disk-fills-there = Less than { $megabytes } MB are free on the disk of { $machine } (MIN_FREE_MB), so that machine takes no new orders. It goes on by itself as soon as there is room.
storage-gone = The bot cannot store anything, so it takes no new orders: { $why }
platform-away = { $platform } has been out of reach for { $minutes } minutes. The bot keeps trying, and posts what is finished when it is back.
platform-back = { $platform } can be reached again, after { $minutes } minutes.
platform-reached = { $platform } can be reached again.
characters-apart = These characters belong to different gateways ({ $gateways }) and cannot appear together.
page-heading = { $kind ->
    [image] { $count ->
        [one] A picture
       *[other] { $count } pictures
    }
   *[video] { $count ->
        [one] A video
       *[other] { $count } videos
    }
}
page-medium = { $kind ->
    [image] { $count ->
        [one] Picture
       *[other] Picture { $number } of { $count }
    }
   *[video] { $count ->
        [one] Video
       *[other] Video { $number } of { $count }
    }
}
page-original = Original
page-prompt = Made from these words
page-model = Model: { $model }
page-cannot-play = Your browser cannot play this video. Use “{ page-original }” to save it.
page-until = This page works until { $day } (UTC), unless whoever shared it takes it back.
page-ended-title = Nothing here
page-ended = This link does not work. It has expired, or whoever shared it has taken it back.
page-lost = The file is no longer stored here.
page-later = The page cannot be shown at the moment. Please try again in a minute.
page-busy = You have several pages loading at once, or too many people do. Please try again in a few seconds.
page-sent-before = This form was sent before, and nothing is done twice. What came of it stands in the chat. To do it once more, load the page again.

pages-none = There are no pages here.
pages-here-only = It opens only in a browser on the machine that the bot runs on: PUBLIC_URL is not set.
hint-pages = Set PUBLIC_URL and install the extra “web”, and there are some.
hint-pages-of-run = The gallery and the dashboard belong to `cliprelay run`: ask there.
pages-nobody = A gallery belongs to one person, but you write in the name of a chat. Ask again under your own name.
pages-unheard = The link is for you alone, and I cannot write to you privately yet. Start a chat with me, or allow direct messages, and ask again.
pages-sent = I have sent you the link in our private chat.
pages-inside = Open here
pages-link-gallery = Your gallery: { $link }
    The link works once, in the next { $minutes } minutes. Whoever opens it sees your results, so do not pass it on.
pages-link-dashboard = The dashboard: { $link }
    The link works once, in the next { $minutes } minutes. Whoever opens it can do what you can, so do not pass it on.

pages-no-places = There can be no link to this one. Share it from its chat: the button is under the post.

front-title = A bot that makes pictures and videos
front-about = It works in a chat: you write to it there, and what it makes comes there. At this address are the pages that it gives you links to.
front-gallery = To see all that it has made for you, send it /gallery. Its answer has a link that signs you in here, in this browser, for { $hours } hours.
front-dashboard = Whoever looks after the bot sends it /dashboard.
front-link = What this is
area-gallery = Gallery
area-dashboard = Dashboard
area-nowhere = There is no page at this address.
to-gallery = To the gallery
to-dashboard = To the dashboard
sign-in-title = Sign in
sign-in-about = You stay signed in for { $hours } hours in this browser. On a computer that others use, sign out when you are done.
sign-in-open = Open
sign-in-ended = This link does not work any more: each opens once, and only for some minutes. Ask the bot for a new one.
sign-in-still = Where you have signed in already, in this browser, this leads on:
sign-in-refused = This was not sent from a page of ours, or the page has been open for too long. Nothing was done. Load the page again.
signed-out = You are not signed in. Send the bot /{ $area } and open the link that it gives you.
inside-otherwise = This page opens from the button under my answer to /gallery. Or open the link that stands in that answer.
inside-framed = Nobody can be signed in here, in a frame on another page. Close this, and open the link that stands above the button.
inside-refused = Nobody could be signed in: this works once, and only right after the button was pressed. Close this page and press the button in the chat again.
sign-out = Sign out
sign-out-done = You have signed out.
dash-parts = Parts of the dashboard
dash-now = Now
dash-gateways = Gateways
dash-spending = Spending
dash-access = Access
dash-audit = Audit
dash-pause = Pause
dash-paused = Nothing new is taken until somebody ends it.
dash-paused-until = Nothing new is taken until { $until } UTC.
dash-not-paused = New orders are taken. Pause …
dash-pause-begin = Pause
dash-pause-text = What people are told
dash-pause-until = Without minutes it lasts until you end it. What was ordered goes on.
dash-resume = End the pause
dash-minutes = Minutes
dash-gateways-note = Jobs are those of the process that shows this page, and states are since it started. Faults are of the last 7 days, charges of the last { $days }, as far as gateways tell. Times are UTC.
dash-gateway = Gateway
dash-state = State
dash-running = Running
dash-waiting = Waiting
dash-last-fault = Last fault
dash-charged = Charged
dash-works = works
dash-faulty = { $count ->
    [one] 1 fault: { $fault }
   *[other] { $count } faults in a row: { $fault }
}
dash-unasked = not asked yet
dash-aside-count = { $count } set aside
dash-no-gateway = No gateway has a key.
dash-aside = Models set aside
dash-aside-note = A model that is set aside is not chosen by itself: only where it is named, or nothing else can do it.
dash-set-aside = Set aside
dash-unaside = Take back
dash-model = Model
dash-faults = Faults of the last 7 days
dash-fault = Fault
dash-jobs = Jobs
dash-last = Last
dash-stages = Median time of each stage
dash-stage-waiting = waiting for its turn
dash-stage-submitting = ordering
dash-stage-running = being made
dash-stage-delivering = fetching and posting
dash-up-to = up to { $seconds }
dash-long = over an hour
dash-models = Median time from the order on
dash-period = Period
dash-days = { $count } days
dash-show = Show
dash-utc = From { $since } until today; days begin at midnight UTC.
dash-by-day = Spent by day
dash-plot-text = A bar for each of the last { $days } days, { $total } in all. The table below has the numbers.
dash-table = The numbers
dash-day = Day
dash-amount = Spent
dash-orders = Orders
dash-by-person = By person
dash-by-model = By model
dash-person = Person
dash-most = The { $count } with the most are shown.
dash-nothing-spent = Nothing was spent.
dash-model-unknown = characters, voice messages, not known
dash-costs = Charged by gateways
dash-costs-note = What gateways have told that jobs of this period cost, each in its own unit. What they do not tell is not in it.
dash-no-costs = No gateway has told what it charged.
dash-set = Set by whoever runs the bot
dash-admins = Admins
dash-terminals = and whoever runs cliprelay chat or generate on the bot's machine
dash-chats = Allowed chats
dash-every-chat = every chat
dash-decide = Allow, deny or ban
dash-party = Id of a person or a chat
dash-party-how = As the list below has it: platform:id. Without a platform it is one of the platform that you have come from.
dash-kind = Kind
dash-kind-by-id = by its id
dash-chat = Chat
dash-allow = Allow
dash-deny = Deny
dash-ban = Ban
dash-grant = Grant credits
dash-grant-how = Whole credits, below 0 to take some away. The id is platform:id.
dash-grant-do = Grant
dash-credits = Credits
dash-rules = What was decided
dash-which = Rules
dash-all = All that count everywhere
dash-allowed = Allowed
dash-denied = Denied
dash-banned = Banned
dash-kept-out = Kept out of a chat
dash-kept-out-note = Who runs the chat decides this, and lifts it there with /allow.
dash-beginning = Id begins with
dash-filter = Filter
dash-who = Who
dash-rule = Rule
dash-by = By
dash-at = When (UTC)
dash-more = Next page
dash-no-rules = No such rule.
dash-audit-what = What admins have done
dash-words = Words
dash-words-how = Only lines with all of them are shown: a command, or the id of a person or a chat.
dash-command = Command
dash-about = About
dash-what = What
dash-where = Where
dash-earlier = Earlier
dash-done-cancel = Cancelled. The gateway may still charge for what it had begun.
dash-done-retry = Taken up again. Its chat and its page show how it goes.
dash-nothing-done = Nothing was done.
dash-no-such = This cannot be done from here. Nothing was done.
dash-incomplete = Something is missing in the form. Nothing was done.

gallery-filter = Find in your gallery
gallery-words = Words in the prompt
gallery-kind = Kind
gallery-model = Model
gallery-all = All
gallery-videos = Videos
gallery-pictures = Pictures
gallery-show = Show
gallery-unfiltered = Show all
gallery-pages = Pages
gallery-older = Older
gallery-newest = Newest
gallery-back = Back to the gallery
gallery-none = Nothing here yet. What the bot makes for you appears here.
gallery-none-fits = Nothing fits.
gallery-none-more = Nothing that fits among these. There may be more further back.
gallery-gone = The file is no longer stored here. What was posted in the chat stays there.
gallery-save = Save
gallery-cover = Cover it again
gallery-whole = Read all
gallery-whole-of = Read all of “{ $words }”
gallery-shared = shared
gallery-again = Make again
gallery-share = Share link
gallery-discard = Delete
gallery-discard-about = The file and all links to it go for good. Posts in chats stay.
gallery-discard-sure = Delete for good
gallery-ordered = Ordered. It comes to the chat that this one came from; if this is private, to where only you see it.
gallery-unshared = This cannot be shared. No link was made.
gallery-nowhere = There is no such result of yours. It may have been deleted.

play-address = Or in a browser on this machine: { $address }
play-key = This page opens with the whole address that cliprelay shows in its terminal.
play-commands = Commands
play-line = Anything else
play-line-about = What you would write in a chat: any command, options and a prompt, or a question.
play-line-label = Command or question, such as /help
play-send = Send
play-asked = Please give { $what }
play-any = any
play-yes = yes
play-no = no
play-more = More options
play-drop = Choose files, or drop them anywhere on this page.
play-reload = Reload this page to see how far it is.
play-messages = Messages
play-progress = Progress
play-covered = Covered. Show it
play-thoughts = Thoughts
play-lost = There is no connection to cliprelay. If it was started again, open the address that it shows now.
play-nowhere = Only you see this page, so there is nowhere to share to. “{ page-original }” saves the file.
play-too-much = All files together are larger than { $limit_mb } MB. Send fewer or smaller ones.
play-not-read = The form could not be read: too many files (at most 30), or too long a text.
play-sandbox = SANDBOX: a test gateway on this machine plays every model. Test clips, free of charge.

live-jobs = Jobs
live-none = Nothing is running, and nothing waits.
live-more = { $count ->
    [one] One more job is not shown.
   *[other] { $count } more jobs are not shown.
}
live-ended = Ended last
live-ended-none = No job has ended yet, or none is kept.
live-lost = The connection is lost. What you see may be out of date; it goes on by itself.
live-still = This is how it was when the page was loaded. Load it again to see how it is now.
live-here = Live are the jobs of { $machine }, which answers here. At the end are those of other machines.
live-elsewhere = Elsewhere
live-elsewhere-none = No other machine has a job, and none waits for one.
live-looked = Looked up every { $seconds } seconds while this page is open.
live-look-failed = The database cannot be asked since { $at } UTC: this is how it was then.
live-answering = Answers being written
live-in = in { $chat }
live-since = since
live-at = at { $holder }
live-counts = In numbers
live-running = running
live-submitting = being sent
live-delivering = being delivered
live-waiting-gateway = waiting for the gateway
live-waiting-user = waiting for others of the same person
live-waiting-held = on hold: nothing can be stored
live-waiting = waiting to start
live-answers = answers
live-place = place { $place }
live-progress = Progress of { $model }
live-outcome-done = done
live-outcome-failed = failed
live-outcome-cancelled = cancelled
live-said-begun = { $count ->
    [one] A job has begun.
   *[other] { $count } jobs have begun.
}
live-said-done = { $count ->
    [one] A job is done.
   *[other] { $count } jobs are done.
}
live-said-failed = { $count ->
    [one] A job has failed.
   *[other] { $count } jobs have failed.
}
live-said-cancelled = { $count ->
    [one] A job was cancelled.
   *[other] { $count } jobs were cancelled.
}

live-job-title = A job of { $model }
live-job-unknown = There is no such job any more. Rows are deleted after HISTORY_DAYS, and when a person has all of theirs forgotten.
live-job-over = { $outcome ->
    [done] This job is done.
    [failed] This job has failed.
   *[cancelled] This job was cancelled.
 }
live-job-elapsed = Time since it was sent, or ordered
live-job-result = Made
live-job-state = State
live-job-draft = a plan that nobody has ordered
live-job-fault = Why
live-job-fault-seen = What was seen
live-job-person = Ordered by
live-job-place = In
live-job-model = Model
live-job-route = Models that can be asked: { $count }
live-job-options = Options
live-job-prompt = Prompt
live-job-price = Price
live-job-cost = Charged by the gateway
live-job-task = Task at the gateway
live-job-ordered = Ordered at
live-job-started = Sent at
live-job-ended = Ended at
live-job-spent-waiting = Time in the queue
live-job-spent-submitting = Time until it was accepted
live-job-spent-running = Time at the gateway
live-job-spent-delivering = Time until it was posted
live-job-log = Log
live-job-log-private = This job is private: what was said to the gateway and what it answered is not kept.
live-job-log-none = This machine has no log of it: it ran on another one, or so long ago that the media are deleted, or too many others were running, or the bot was ended abruptly meanwhile.
live-job-log-gap = { $count } lines are left out here.
live-job-log-unanswered = no answer
