## Progress

phase-waiting = { $position ->
    [0] 已收到，即将开始
   *[other] 排队中，第 { $position } 位
}
phase-held = 已暂停：机器人暂时无法保存新数据，恢复后会自动继续。
phase-submitting = 正在提交
phase-queued = 正在网关排队
phase-queued-behind = { $ahead ->
    [0] 网关排队中，即将轮到
   *[other] 网关排队中，前面还有 { $ahead } 个任务
}
progress-note = 网关提示：“{ $note }”
phase-rendering = 正在生成
phase-retrying = 网关正在重试
phase-collecting = { $kind ->
    [image] 正在下载图片
   *[video] 正在下载视频
}
phase-fitting = 正在转换格式以适应本聊天
progress-rest = 大约还需 { $rest }
seconds = { $seconds } 秒
pictures = { $count } 张图片
option-word-fast = 快速
option-word-sound = 有声
option-word-silent = 静音
option-word-private = 私密
note-moved = { $passed } 暂不可用，改用 { $now }。
note-unmet = { $made ->
    [none] { $model } 不支持 /settings 中的 { $asked }。
   *[other] { $model } 不支持 /settings 中的 { $asked }，已改用 { $made }。
}
note-unmet-model = /settings 中的 { $asked } 无法完成这个请求，已改用 { $model }。
note-ended = { $model } 已于 { $until } 到期下线，可能无法使用。
note-unlisted = { $gateway } 目前没有列出 { $model }，可能会拒绝请求。
note-retired = { $model } 已下线，可能无法使用；因为您指定使用它，所以仍会尝试。
note-sandbox = { $kind ->
    [answer] 沙盒模式：测试回答，免费。
    [image] 沙盒模式：测试图片，免费。
   *[video] 沙盒模式：测试短片，免费。
}
job-done = 完成，用时 { $took }
job-failed = { $kind ->
    [image] { $model } 未能生成图片。
   *[video] { $model } 未能生成视频。
}
job-rests = 已暂停：{ $gateway } 的 { $model } 已被移除。管理员重新配置后会继续。
job-cancelled = 已取消。网关仍可能扣费。
job-cancelled-unpaid = 已取消，未下单也未扣费。
plan-dropped = 已放弃该方案，未下单也未扣费。
plan-late = 该方案未及时下单，已作废。未下单也未扣费。
plan-crowded-out = 您已有 { $count } 个更新的方案，这个已作废。未下单也未扣费。
job-page = { $kind ->
    [image] 网关返回的是网页而不是文件，无法检查。图片应该在这里：{ $page }
   *[video] 网关返回的是网页而不是文件，无法检查。视频应该在这里：{ $page }
}
some-missing = { $kind ->
    [image] { $asked } 张图片中完成了 { $made } 张，其余失败，不计费。
   *[video] { $asked } 个视频中完成了 { $made } 个，其余失败，不计费。
}
too-large-link = 文件过大，无法发到本聊天：{ $size } MB，上限 { $limit } MB。在网关删除之前可从这里下载：{ $link }
too-large-page = 文件过大，无法发到本聊天：{ $size } MB，上限 { $limit } MB。可在浏览器中观看：{ $link }
too-large-kept = 文件过大，无法发到本聊天：{ $size } MB，上限 { $limit } MB。没有公开链接，不向您计费。管理员可凭 { $id } 找到它。
only-preview = 这是低清预览：网关没有给出最终版本。
refused-link = 本聊天不接受这个文件。在网关删除之前可从这里下载：{ $link }
refused-page = 本聊天不接受这个文件，可在浏览器中观看：{ $link }
refused-kept = 本聊天不接受这个文件，也没有公开链接，不向您计费。管理员可凭 { $id } 找到它。
note-maybe-twice = 这里可能有两份：第一次发送没有得到确认。
part-refused = { $count } 个结果中有 { $missing } 个无法发送：此聊天既不接受媒体，也不接受文件。这部分不收费。
posted-elsewhere = 无法发到您下单的地方，所以发到这里。
original-page = 原画质：{ $link }
took = 用时 { $took }
retry-is-free = 重试会再次获取同一个结果，不会重复下单。
button-cancel = 取消
button-retry = 重试
button-again = 再来一次
button-share = 分享
button-unshare = 取消分享

## Failures

fault-reason = 网关的说明：“{ $reason }”
fault-id = 管理员可在日志中凭 { $id } 查到详情。
fault-maybe-billed = 网关可能已经扣费，所以不会自动重新提交。
fault-auth = 网关拒绝了本机器人的密钥，请联系管理员。
fault-quota = 网关账户余额已用完，请联系管理员。
fault-permission = 本机器人的密钥无权使用这个模型。请换一个，/models 可查看。
fault-model-gone = 这个模型在网关暂不可用。请换一个，/models 可查看。
fault-bad-request = 网关无法理解这个请求。请换用其他选项或其他模型。
fault-unsupported-param = 网关不支持其中某个选项。请去掉一些选项，或换一个模型。
fault-too-large = { $kind ->
    [answer] 对话太长，模型无法处理。请用 /ask --new 开始新的对话，或减少图片。
   *[video] 请求过大。请减少图片，或换小一些的图片。
}
fault-moderation-input-image = 图片未通过内容审核。真人、儿童和名人通常不允许。
fault-moderation-prompt = 提示词未通过内容审核，请换一种说法。
fault-moderation-output = { $kind ->
    [answer] 回答被内容审核拦截，请换个问法。
    [image] 生成的图片未通过内容审核，请修改提示词或您的图片。
   *[video] 生成的视频未通过内容审核，请修改提示词或您的图片。
}
fault-rate-limited = 网关收到的请求太多，请过几分钟再试。
fault-overloaded = 网关负载已满，请过几分钟再试。
fault-upstream = 网关背后的服务出错了。请稍后再试，或换一个模型。
fault-timeout = { $answered ->
    [yes] 网关处理超时。
   *[no] 等待时间太长，已停止等待。
}
fault-network = 与网关的连接失败。
fault-ambiguous = 网关没有说明是否接受了请求。
fault-misconfigured = 网关地址不对：那里没有 API。请管理员检查 base URL。
fault-bad-payload = 网关返回的内容无法解析。
fault-misformed = 模型两次的回答都不符合要求的格式。请稍后再试，或用 /model 换一个模型。
fault-no-answer = 模型没有给出回答。请换个问法，或换一个模型。
fault-no-media = { $kind ->
    [image] 网关已结束任务，但没有返回图片。通常是内容审核所致。
   *[video] 网关已结束任务，但没有返回视频。通常是内容审核所致。
}
fault-link-dead = { $kind ->
    [image] 图片已生成，但链接打不开。
   *[video] 视频已生成，但链接打不开。
}
fault-not-media = { $kind ->
    [image] 网关返回的文件不是可用的图片。
   *[video] 网关返回的文件不是可用的视频。
}
fault-oversized = { $kind ->
    [image] 生成的图片过大，本机器人无法处理。
   *[video] 生成的视频过大，本机器人无法处理。
}
fault-unreachable-link = { $kind ->
    [image] 图片已生成，但链接指向内网地址；须由管理员允许，机器人才会打开。
   *[video] 视频已生成，但链接指向内网地址；须由管理员允许，机器人才会打开。
}
fault-expired = 任务已过期，或网关已查不到它。
fault-cancelled = 网关取消了任务。
fault-interrupted = { $kind ->
    [answer] 回答过程中机器人重启了。
   *[video] 生成过程中机器人重启了，这个任务无法继续。
}
fault-disk-full = { $kind ->
    [image] 图片已生成，但机器人的磁盘已满。请联系管理员。
   *[video] 视频已生成，但机器人的磁盘已满。请联系管理员。
}
fault-undeliverable = { $kind ->
    [answer] 回答无法发到这个聊天。
    [image] 图片已生成，但发不出去：这个聊天既不接受图片，也不接受文件，而且没有公开链接。请允许机器人在此发送文件，或在与机器人的其他聊天中发送 /retry。
   *[video] 视频已生成，但发不出去：这个聊天既不接受视频，也不接受文件，而且没有公开链接。请允许机器人在此发送文件，或在与机器人的其他聊天中发送 /retry。
}
fault-unheard = 这个聊天不接收机器人的消息。
fault-pictures-gone = 当时发来的图片已不再保存。请连同命令重新发送。
fault-unconfirmed = 结果已发出，但这个聊天没有确认收到。请看上面：只有缺了内容才需要点“重试”。
fault-internal = 机器人自身出错了。
fault-unknown = 网关出错了。

## Refusals before anybody pays

refuse-ratio = { $model } 不支持 { $asked }，可选：{ $allowed }。
refuse-ratio-choice = { $model } 的比例固定，不能选 { $asked }。
refuse-seconds = { $model } 不能生成 { $asked } 秒，可选：{ $allowed } 秒。
refuse-seconds-choice = { $model } 的时长固定，不能选 { $asked } 秒。
refuse-resolution = { $model } 不支持 { $asked }，可选：{ $allowed }。
refuse-hd = { $model } 的清晰度固定，不能选 { $asked }。
refuse-fast = { $model } 没有快速模式。
refuse-seed = { $model } 不支持种子。
refuse-kind = { $model } 不能生成{ $kind ->
    [image] 图片
   *[video] 视频
}。
mask-missing = 使用 --mask 时，请先发图片，再发同尺寸的 PNG 蒙版（可修改的部分须透明）。
mask-size = 蒙版的尺寸必须与第一张图片相同。
mask-large = 蒙版须小于 { $megabytes } MB。
refuse-sound = 据目前所知，{ $model } 不生成声音。
refuse-silent = { $model } 无法关闭声音。
refuse-mask = { $model } 不支持蒙版。
refuse-remix = { $model } 不能修改已完成的视频。
refuse-watermark = { $model } 不支持水印。
refuse-characters = { $model } 不能使用其他视频中的角色。
refuse-count = { $model } 一次最多生成 { $allowed } 个，不能生成 { $asked } 个。
refuse-images = { $model } 最多使用 { $allowed } 张图片，不能用 { $asked } 张。
refuse-any-image = { $model } 不能使用图片。
refuse-no-image = { $model } 需要一张图片作为起点。
refuse-image-side = { $model } 要求图片边长为 { $allowed } 像素，您的图片是 { $asked }。
refuse-image-shape = { $model } 的图片长宽比不能超过 { $allowed }，您的图片是 { $asked }。
refuse-image-bytes = { $model } 的图片不能超过 { $limit_mb } MB，您的图片有 { $size_mb } MB。
refuse-combination = { $model } 不能同时使用：{ $asked }。
nobody-ratio = 这里没有{ $kind ->
    [image] 图片
   *[video] 视频
}模型支持 { $asked }，可选：{ $allowed }。
nobody-ratio-choice = 这里的{ $kind ->
    [image] 图片
   *[video] 视频
}模型都不能选择画面比例。
nobody-seconds = 这里没有模型能生成 { $asked } 秒，{ $which ->
    [longest] 最长
    [shortest] 最短
   *[nearest] 最接近的是
} { $allowed } 秒（{ $model }）。
nobody-seconds-choice = 这里的模型都不能选择时长。
nobody-resolution = 这里没有{ $kind ->
    [image] 图片
   *[video] 视频
}模型支持 { $asked }，可选：{ $allowed }。
nobody-resolution-choice = 这里的{ $kind ->
    [image] 图片
   *[video] 视频
}模型都不能选择清晰度。
nobody-fast = 这里的{ $kind ->
    [image] 图片
   *[video] 视频
}模型都没有快速模式。
nobody-seed = 这里的{ $kind ->
    [image] 图片
   *[video] 视频
}模型都不支持种子。
nobody-sound = 据目前所知，这里没有模型会生成声音。
nobody-silent = 这里没有模型可以关闭声音。
nobody-mask = 这里的模型都不支持蒙版。
nobody-watermark = 这里的{ $kind ->
    [image] 图片
   *[video] 视频
}模型都不支持水印。
nobody-characters = 这里没有模型能使用在 { $gateway } 创建的角色。
nobody-count = 这里没有{ $kind ->
    [image] 图片
   *[video] 视频
}模型能一次生成 { $asked } 个，最多 { $allowed } 个（{ $model }）。
nobody-images = 这里没有{ $kind ->
    [image] 图片
   *[video] 视频
}模型能使用 { $asked } 张图片，最多 { $allowed } 张（{ $model }）。
nobody-any-image = 这里的{ $kind ->
    [image] 图片
   *[video] 视频
}模型都不能使用图片。
nobody-no-image = 这里的{ $kind ->
    [image] 图片
   *[video] 视频
}模型都需要一张图片作为起点。
nobody-image-side = 这里没有{ $kind ->
    [image] 图片
   *[video] 视频
}模型能使用 { $asked } 的图片；{ $model } 要求边长为 { $allowed } 像素。
nobody-image-shape = 这里没有{ $kind ->
    [image] 图片
   *[video] 视频
}模型能使用 { $asked } 的图片；{ $model } 的长宽比上限是 { $allowed }。
nobody-image-bytes = 这里没有{ $kind ->
    [image] 图片
   *[video] 视频
}模型能使用 { $size_mb } MB 的图片，上限是 { $limit_mb } MB（{ $model }）。
nobody-combination = 这里没有{ $kind ->
    [image] 图片
   *[video] 视频
}模型能同时使用：{ $asked }。
refuse-together = 没有模型能同时满足所有要求。最接近的模型：
character-span = 角色需要视频中 { $least } 到 { $most } 秒的片段。
storyboard-empty = 请每行写一个镜头，例如：7.5s 飞机起飞
storyboard-shot = 镜头 { $number } 需要时长和画面，例如：7.5s 飞机起飞
storyboard-line = 镜头 { $number }（{ $seconds } 秒）：{ $scene }
storyboard-sum = 各镜头共 { $sum } 秒，与您要求的 { $asked } 秒不一致。
storyboard-fraction = 各镜头共 { $sum } 秒，总时长须为整数秒。
no-model-ready = 这个机器人还没有可用的模型，暂时无法生成任何内容。
no-model-for = 这个机器人没有{ $ability ->
    [image] 生成图片
    [remix] 修改视频
    [storyboard] 支持分镜
    [characters] 支持角色
    [chat] 回答问题
    [vision] 看懂图片
    [watching] 看懂视频
    [tools] 使用命令
    [structure] 写提示词
    [search] 搜索网页
    [thinking] 先思考再回答
   *[video] 生成视频
}的模型。
model-unknown = 没有模型“{ $given }”。可用：{ $allowed }
model-of-other-sort = 模型“{ $given }”不能用在这里。可用：{ $allowed }
chat-cannot = { $model } { $ability ->
    [vision] 看不了图片
    [watching] 看不了视频
    [tools] 不会使用命令
    [structure] 不会写提示词
    [search] 不会搜索网页
   *[thinking] 不会先思考再回答
}。
chat-cannot-together = 没有模型能同时做到这些，请少要求一些。
hint-did-you-mean = 您是想说 { $nearest } 吗？
model-off = { $model } 在这里已停用。
model-needs-key = { $model } 在这里尚未设置。
hint-could = 这些可以：{ $models }
hint-could-retired = 只有已下线的模型可以：{ $models }。可用 --model 指定一试。
hint-could-with-key = { $model } 可以，但缺少 { $variable }。
hint-needs-key = 缺少 { $variable }。
hint-set-key = 请设置一个网关的密钥；`cliprelay doctor` 会说明缺少哪些。

## Commands

command-video = 用文字和图片生成视频
command-status = 查看正在运行和排队的任务
command-cancel = 取消任务；有多个时请指明：/cancel 2
command-retry = 重试失败的任务
command-again = 把上一个结果再做一次
command-unshare = 让某个结果的所有链接失效
command-discard = 删除一个结果及其文件和链接
command-share = 通过链接或发到别的聊天来分享完成的视频：您回复的那个，或最近的一个
command-gallery = 打开您的作品页：观看、保存、删除、再次生成
command-dashboard = 打开机器人的实时运行页面
command-models = 查看有哪些模型、能做什么
command-settings = 查看和修改您的默认设置：模型、比例、时长、语言
command-allow = 允许使用机器人：您回复的人、本聊天，或指定编号
command-deny = 禁止使用机器人：您回复的人、本聊天，或指定编号
command-ban = 不再理会某人：您回复的人、本聊天，或指定编号
command-balance = 查看您还可以使用的额度
command-grant = 给您回复的人或指定编号的人赠送积分
command-limits = 设置个人、聊天或人群可以使用的额度
command-pause = 暂停接受新的请求和提问：若干分钟，或直到 /resume
command-resume = 恢复接受请求和提问
command-aside = 暂时搁置一个模型：/aside 模型 60
command-unaside = 恢复被搁置的模型
command-jobs = 查看所有聊天中正在运行和排队的任务
command-stats = 查看最近一天和一周的任务情况
command-gateways = 查看各网关的状况
command-audit = 查看管理员做过的操作，可筛选
example-audit = deny 123456
option-audit = 只看同时包含这些内容的：命令、用户或聊天的编号
audit-none-such = 没有符合这些条件的操作。
command-broadcast = 向所有使用本机器人的聊天发送通知，发送前先预览
command-send = 发送预览过的通知
command-halt = 停止发送通知
example-broadcast = 今晚 22:00 至 23:00（UTC）机器人停机维护。
option-broadcast-text = 要告诉所有聊天的话
option-broadcast = 通知编号
button-send = 发送到 { $chats } 个聊天
button-halt = 停止发送
broadcast-shown = 最近 { $days } 天有 { $chats } 个聊天使用过本机器人，按下按钮后它们会收到以下内容。被禁止使用的聊天和用户不会收到。

    { $text }
broadcast-nobody = 没有人会收到：最近 { $days } 天没有聊天使用过本机器人。
broadcast-too-long = 通知最多 { $limit } 个字。
broadcast-gone = 这条通知已经发送、停止或被替换。
broadcast-old = 这是一个多小时前的预览。请重新发送 /broadcast，查看现在谁会收到。
broadcast-busy = 另一条通知还在发送。用 /halt 可以停止它。
broadcast-none = 没有正在发送的通知。
broadcast-halted = 已停止发送。
broadcast-going = 通知：已发送到 { $sent } / { $all } 个聊天{ $unsure ->
    [0] {""}
   *[other] ，{ $unsure } 个可能已收到
}，{ $failed } 个无法送达。
broadcast-done = 通知发送完毕：已发送到 { $sent } / { $all } 个聊天{ $unsure ->
    [0] {""}
   *[other] ，{ $unsure } 个可能已收到
}，{ $failed } 个无法送达。
broadcast-stopped = 通知已停止：已发送到 { $sent } / { $all } 个聊天{ $unsure ->
    [0] {""}
   *[other] ，{ $unsure } 个可能已收到
}，{ $failed } 个无法送达，{ $left } 个没有收到。
command-help = 查看全部命令，或某个命令的选项：/help video
help-command = /{ $command }：{ $what }
help-option = { $what }：{ $how }
help-footer =
    查看某个命令的选项：/help { $command }
    例如：{ $example }
help-options =
    选项写在提示词前面，顺序不限；以 -- 开头的参数可放任意位置；单独的 -- 表示选项结束。
    例如：{ $example }
command-unknown = 没有 /{ $given } 这个命令。/help 可查看全部命令。
type-a-command = 请以命令或选项开头，例如：{ $example }。/help 可查看更多。
answers-left-out = 本聊天消息太多，有些回复没有发出。请过一分钟再试。
unexpected-error = 机器人自身出错了。管理员可在日志中凭 { $id } 查到详情。
storage-error = 机器人暂时无法保存数据，因此什么也没有做：没有提交，也没有扣费。请联系管理员。
disk-nearly-full = 机器人的磁盘快满了，暂不接受新的请求。这次没有下单，请联系管理员。
status-none = 您没有正在运行或排队的任务。
bot-stopping = 机器人即将重启，暂不接受新的请求。这次没有下单，请几分钟后再试。
ordered-twice = 两秒内收到两次相同的内容，只算一次。如果想再要一个，请再发一次。
status-spent = { $gateway } 最近 { $days } 天的费用（以网关告知的为准）：{ $jobs } 个任务，共 { $amount } { $unit }
status-line = { $number }. { $state } · { $what }
state-waiting = 即将开始
state-submitting = 正在提交
state-running = 已运行 { $elapsed }
state-delivering = 正在发送
no-such-job = 您没有任务 { $number }。/status 可查看您的任务。
nothing-to-cancel = 没有可以取消的任务。
which-job = 您有 { $count } 个任务，请指明是哪一个，例如：/{ $command } 1。/status 可查看编号。
too-late-to-cancel = 来不及取消了：已经完成，正在发送。
nothing-to-retry = 您没有失败的任务。
nothing-to-repeat = 您还没有可以再做一次的视频或图片。
not-failed = 这个任务没有失败，不需要重试。
models-price = { $price }
models-price-second = 每秒 { $price }
models-price-minute = 每分钟 { $price }
models-price-character = 每个角色 { $price }
models-price-tokens = 每百万 token 输入 { $asked }，输出 { $answered }
models-line = { $name }（{ $gateway }）：{ $what }
models-kind = { $kind ->
    [video] 视频
    [image] 图片
    [chat] 回答问题
   *[speech] 语音转文字
}（{ $count }）
models-rest = …… 还有 { $count } 个：/models { $kind }
models-how = 查看某一个：/models { $example }；查看全部：/models all
models-others = 另有 { $count } 个现在不能使用（没有密钥，或已关闭）：/models all
models-none-of-kind = 没有可用的此类模型：{ $kind }。/models 可查看现有的模型。
models-ready = 可用
models-needs = 需要 { $variable }
models-off = 已停用
models-picture = 图片
models-mask = 蒙版
models-remix = 改编
models-characters = 角色
models-storyboard = 分镜
models-chat = 回答问题
models-listens = 听语音消息
models-vision = 看图片
models-watching = 看视频
models-tools = 使用命令
models-structure = 结构化回答
models-search = 网页搜索
models-thinking = 思考
models-aside = 网关暂不提供，{ $minutes } 分钟后再试
models-put-aside = 已被管理员搁置到 { $until }（UTC）
models-ended = 已于 { $until } 下线（仍可指定使用）
models-unlisted = 不在网关给这个密钥的列表中
models-retired = 已下线（仍可指定使用）
models-uncertain = 在该网关尚未验证
models-default-ratio = 比例固定
models-images = 最多 { $count } 张图片

## Questions and answers

command-ask = 提问，也可以问图片或视频的内容；回复一条回答可继续聊
command-hear = 回答您说的话
command-talk = 直接用日常语言和我说
command-stop = 停止正在输出的回答
command-continue = 让回答从中断处继续
command-reask = 重新提问没有得到回答的问题
command-show = 发送回答中可能缺少的部分
command-model = 查看或选择由哪个模型回答
command-system = 查看或设定本聊天的回答方式
command-forget = 删除与您有关的全部内容，删除前会再次确认
example-ask = 天空为什么是蓝色的？
example-talk = 帮我做一段猫冲浪的短片
example-model = off
example-pause = 30 维护中，中午恢复
example-system = 用一句话回答
option-question = 想问的问题
option-search = 先搜索网页
option-think = 先思考再回答
option-new = 开始新的对话
option-answer = 回答编号；不填则为您回复的或最近的回答
option-chat-model = 模型，或 off
option-system = 要求，或 off
option-thoughts = 是否显示模型的思考过程：on 或 off
answer-thinking = { $model } 正在思考……
answer-frames = 我看了视频中的这些时刻：{ $moments }。
answer-stopped = 已停止。
answer-cut = 回答已达到长度上限。
answer-broken = 回答在此中断。
answer-failed = { $model } 没有给出回答。
answer-goes-on = …… 回答还在继续，结束后会以文件形式发送全文。
answer-in-file = …… 完整回答见下方文件。
answer-file = 完整回答
answer-perhaps-below = 发送这条回答时机器人刚好重启。回答应该就在下方；如果没有，请点“显示其余部分”。
answer-elsewhere = 这个回答已经结束，内容在另一条消息里。
answers-at-once = 您已有 { $count } 个回答正在输出。请先停止一个，或等它完成。
command-enhance = 优化视频提示词（加 --image 则为图片），先看结果再决定
command-describe = 根据图片或视频写出能再次生成它的提示词；附上或回复它
command-suggest = 再给一个建议
command-edit = 修改方案或建议的内容
example-enhance = 日落时一只冲浪的猫
example-describe = 重点是光线
example-edit = 夜里一只冲浪的猫
option-picture-kind = 用于图片而不是视频
option-video-kind = 用于视频而不是图片
option-describe = 画面中最重要的内容
option-edit = 新的内容；分镜方案每行一个镜头：7.5s 飞机起飞
option-draft = 方案或建议的编号
describe-nothing = 请在 /describe 时附上图片或视频，或回复其中一个。
suggestion-thinking = { $model } 正在构思建议……
suggestion-failed = { $model } 没有给出建议。
suggestion-paid = 本次建议：{ $paid }
suggestion-replaced = 这条建议已被新的取代，未下单。
draft-suggestion = 这是建议，尚未下单。预计 { $price }。
button-use = 采用
button-edit = 修改
button-suggest-again = 换一个
nothing-to-edit = 无法再修改：已经下单或已放弃。
nothing-to-suggest-again = 我这里已经没有原来的内容了。请重新发送命令。
button-stop = 停止
button-continue = 继续
button-ask-again = 再问一次
button-show-rest = 显示其余部分
continue-prompt = 请从中断处继续，不要重复已说过的内容。
question-too-long = 内容超出了 { $model } 一次能处理的长度。请缩短，或用 --model 换一个模型。
nothing-to-continue = 这个回答已经完整。
nothing-to-ask-again = 这个问题已经有回答了。
nothing-to-stop = 没有正在输出的回答。
nothing-to-show = 这个回答没有缺少内容。
tool-unreadable = 参数不是 JSON 对象。
no-such-answer = 我这里已经没有这个回答了。
chat-model-shown =
    您的问题由 { $model } 回答。
    可选：{ $names }
    例如：/model { $model } · 恢复默认：/model off
chat-model-set = 今后由 { $model } 回答。
chat-model-unset = 今后由默认模型回答。
system-shown =
    本聊天的回答方式：{ $system }
    修改：/system 加上新的要求 · 清除：/system off
system-none = 本聊天没有设定回答方式。例如：/system 用一句话回答
system-set = 今后本聊天的回答会遵循这个要求。
system-unset = 已清除该要求。
system-too-long = 要求最多 { $limit } 个字符。
forget-asks = 以下是我保存的与您有关的内容，将被永久删除：
forget-done = 已删除：
forget-jobs = { $count } 个视频或图片订单及其文件
forget-answers = { $count } 个问题和回答
forget-characters = { $count } 个角色
forget-defaults = 您的设置
forget-stays = 聊天中的消息不会消失，请在聊天中自行删除。消费记录会保留，但不含您写的内容。
forget-open = 还有 { $count } 个订单正在制作，暂时保留。完成后请再发送 /forget。
forget-nothing = 我没有保存可以删除的与您有关的内容。
button-erase = 全部删除
command-erase = 删除 /forget 所列的内容
option-sure = /forget 给出的代码

## Access and defaults

share-denied = 您不能使用本机器人
access-denied = 您还不能在这里使用本机器人。如需使用，请把这些信息发给管理员：用户 { $user }，聊天 { $chat }。
write-as-yourself = 这是以频道的名义发送的，而一个人可以拥有很多频道。请以您本人的身份发送；或者由本机器人的管理员回复该消息并发送 /allow，以允许这个频道。
admins-only = 只有本机器人的管理员可以这样做。
chat-admins-only = 只有本聊天的管理员可以修改它的默认设置。去掉“群”（chat）就是修改您自己的设置。
deny-admin = 这是本机器人的管理员，始终可以使用。
admins-alone = 这些内容只给管理员看。请在没有其他人的地方问我，例如我们的私聊。
audit-none = 还没有管理员做过更改。
audit-line = { $at } UTC · { $by } 在 { $chat }：{ $what }
pause-days = { $count } 天
pause-hours = { $count } 小时
pause-minutes = { $count } 分钟
bot-paused = 机器人已暂停{ $left ->
    [none] {""}
   *[other] （还有 { $left }）
}，暂不接受新的请求。这次没有下单，之前的任务会继续。{ $said }
pause-begun = { $length ->
    [none] 在{ $where ->
        [page] “{ dash-resume }”
       *[chat] {" "}/resume{" "}
    }之前，机器人不接受新的请求。
   *[other] { $length }内，或在{ $where ->
        [page] “{ dash-resume }”
       *[chat] {" "}/resume{" "}
    }之前，机器人不接受新的请求。
}已有的任务会继续。
minutes-one-word = 什么都没有做：请把时间连写，例如 30m、2h 或 7d。
pause-none = 机器人没有暂停。
pause-ended = 机器人恢复接受请求和提问。
aside-set = 已搁置到 { $until } UTC（或到{ $where ->
        [page] “{ dash-unaside }”
       *[chat] {" "}/unaside{" "}
    }为止）：{ $models }
    其他能做同样事情的模型会优先。被指名或没有其他模型可用时，仍会使用它。
aside-ended = 恢复选用：{ $models }
aside-none = 没有被搁置：{ $models }
aside-which = 哪个模型？/{ $command } 模型，名称见 /models，可带或不带网关。
aside-unknown = 没有模型“{ $given }”，可用 /models 查看。
jobs-none = 没有正在运行或排队的任务。
jobs-waiting = { $number }. 已等待 { $elapsed } · { $user } 在 { $chat } · { $model } · { $id }
jobs-running = { $number }. 已运行 { $elapsed } · { $user } 在 { $chat } · { $model } · { $id }
jobs-more = …还有 { $count } 个
stats-period = 最近 { $days ->
    [1] 24 小时
   *[other] { $days } 天
}：{ $jobs } 个任务，完成 { $done }，失败 { $failed }，取消 { $cancelled }；{ $credits }
stats-models = 最常用：{ $models }
stats-faults = 故障：{ $faults }
gateways-line = { $gateway }：运行 { $running }，排队 { $waiting }
gateways-aside = {"  "}{ $model }：{ $why }
gateways-idle = 没有运行、排队或搁置，也没有故障：{ $gateways }
gateways-fault = 最近一次故障：{ $fault }，{ $model }，{ $ago } 前
chat-managers-only = 只有本机器人的管理员可以这样做；本聊天的管理员只能管理本聊天。
chat-admins-people = 您可以在这里管理个人：回复对方，或指定编号：/{ $command } user 123
denied-here = 用户 { $id } 不能再在本聊天中使用机器人。
allowed-here = 您不再限制用户 { $id } 在本聊天中使用机器人。
limits-here-only = 您可以降低本聊天每天的额度：/limits daily 50。用 default 撤销。
party-no-names = 我查不到 { $name } 是谁。请用 /{ $command } 回复对方的消息，或使用编号：/{ $command } 123456789
party-needs-platform = 请写明“{ $given }”属于哪个平台，例如：{ $party }
party-needs-id = 请指明是谁的编号，例如：/{ $command } user 123
allowed-user = 用户 { $id } 现在可以使用机器人，被禁止的聊天除外。
allowed-chat = 聊天 { $id } 中的所有人现在都可以使用机器人，被禁止的用户除外。
denied-user = 用户 { $id } 不能再使用机器人。
denied-chat = 聊天 { $id } 中的人不能再使用机器人，机器人的管理员除外。
banned-user = 机器人不再回应用户 { $id }。排队中的任务已取消，网关已经开始的仍会送达。用 /allow 解除。
banned-chat = 除机器人的管理员外，机器人不再回应聊天 { $id } 中的任何人。排队中的任务已取消，网关已经开始的仍会送达。用 /allow 解除。

## Buying credits

command-buy = 购买积分
command-paysupport = 支付问题求助
command-terms = 积分的购买条款
command-refund = 退还一笔支付
buy-title = { $amount }
buy-description = 本机器人的 { $amount }，归您自己所有。其余额度用完后才会使用，不会过期。
buy-alone = 请在只有您和机器人的私聊中购买积分：{ $link }
buy-amount = 请说明购买多少积分，1 到 { $most }，例如：/buy 500
bought = 谢谢：{ $amount } 已归您所有，您现在自己有 { $own }。这笔支付的编号是 { $charge }，如有疑问请保留（/paysupport）。
checkout-not-yours = 这张账单是给别人的。请发送 /buy 获取您自己的账单。
checkout-price = 价格已变化。请发送 /buy 获取新的账单。
checkout-closed = 这里已不再出售积分，因此没有扣款。
checkout-denied = 您不能使用这个机器人，所以也不应付款。
checkout-later = 机器人暂时无法记录，因此没有扣款。请稍后再试。
refund-needs-charge = 请说明是哪笔支付：/refund 加上购买者收到的编号。
refund-unknown = 账本中没有这笔支付。
refund-refused = 积分已扣回，但支付未能退还：“{ $said }”请再次发送同样的命令重试。如果始终被拒绝，可用 { $grant } 把积分还给购买者。
refunded = { $id } 的支付已退还，对应的 { $amount } 已扣回。其中已使用的部分记为欠款。
stars-returned = 支付平台自行退还了 { $id } 的支付 { $charge }，对应的 { $amount } 已扣回。其中已使用的部分记为欠款。
stars-returned-yours = 支付平台已退还您的支付 { $charge }，对应的 { $amount } 已扣回。其中已使用的部分记为欠款，将从您以后购买或获赠的积分中扣除。
paysupport = 请在命令后写明问题和支付编号：/paysupport 我已付款，但是…… 会转告机器人的运营者。
paysupport-says = { $id } 关于支付：{ $text }
paysupport-told = 已转告机器人的运营者。
paysupport-nobody = 这里联系不到机器人的运营者。请在您找到机器人的地方联系对方。
terms = 积分仅用于使用本机器人，不会过期，也不能提现。未能交付的内容不收费。如果支付出现问题，可用 /paysupport 转告，并可退还。这是您与机器人运营者之间的事，聊天平台不参与，也无法协助。

## Limits of orders

orders-too-fast = 一分钟内最多 { $count } 次。请在 { $wait } 秒后再试。
too-many-waiting = 您已有 { $count } 个任务在排队。请等待其中一个完成，或取消一个：用 /status 查看。
line-full = 已有 { $count } 个任务在排队，机器人暂时不再接受新任务。请稍后再试。
words-blocked = 这段文字中有本机器人的运营者不允许的内容，因此没有下单，也没有提问。

## Credits

credits = { $amount } 积分
credits-paid-today = { $price }，今天还剩 { $left }
credits-paid-month = { $price }，本月还剩 { $left }
credits-paid-here = { $price }，本聊天今天还剩 { $left }
credits-short-today = 这需要 { $price }，您今天还剩 { $left }。新的一天从 UTC 00:00 开始。用 /balance 查看详情。
credits-short-month = 这需要 { $price }，您本月还剩 { $left }。用 /balance 查看详情。
credits-short-here = 这需要 { $price }，您今天在本聊天还可以使用 { $left }。新的一天从 UTC 00:00 开始。用 /balance 查看详情。
balance-today = 今天还剩：{ $left }（共 { $limit }）。新的一天从 UTC 00:00 开始。
balance-month = 本月还剩：{ $left }（共 { $limit }）。
balance-here = 本聊天所有人今天还剩：{ $left }（共 { $limit }）。
balance-own = 您自己的：{ $left }。其余额度用完后才会使用，不会过期。
balance-unlimited = 您在这里的使用没有额度限制。
grant-needs-amount = 请说明多少积分、给谁：回复某人并发送 /grant 50，或写出平台和编号：/grant 50 { $party }。负数表示扣除。
grant-which = 什么都没有做：“{ $credits }”和“{ $id }”都可能是数量。请写明编号属于哪个平台，例如：/grant { $credits } { $party }
grant-too-low = 对方自己的积分没有这么多。
granted = { $id } 现在自己有 { $own }。
limits-user = { $id } 每天可以使用：{ $daily }；每月：{ $monthly }。
limits-chat = 聊天 { $id } 中所有人每天一共可以使用：{ $daily }。
limits-group = 人群 { $id } 中的每个人每天可以使用：{ $daily }；每月：{ $monthly }。
limits-in-group = 属于人群 { $group }。
limits-chat-month = 聊天只有每日额度。
limits-group-of-people = 只有人可以加入人群：请指定用户编号，或回复对方。
limits-no-group = 人群不能叫“none”。要让某人退出人群，请回复对方并发送 /limits group none。
limit-undecided = 与所有人相同
limit-none = 不限
settings-own = 您的默认设置：{ $what }
settings-chat = 本聊天的默认设置：{ $what }
settings-none = 无
settings-no-thoughts = 不显示思考过程
settings-how =
    命令中写的优先，其次是您的设置，再次是本聊天的设置。
    修改：{ $examples }
    清除：/settings 语言 off · /settings 重置。修改本聊天：/settings 群 语言 zh
settings-example-model = /settings 模型 { $model }
settings-example-ratio = /settings 比例 { $ratio }
settings-example-seconds = /settings 时长 { $seconds }
settings-example-language = /settings 语言 en

## Options

option-prompt = 要生成的内容
option-ratio = 比例
option-seconds = 时长
option-resolution = 清晰度
option-fast = 更快更便宜
option-count = 数量
option-private = 仅自己可见；分享时不带提示词
option-spoiler = 点开才显示
option-seed = 种子，用于重现结果
option-model = 模型，见 /models
option-model-kind = 只看某一类模型，或全部
option-language = 语言
option-for-chat = 对本聊天所有人生效（仅限聊天管理员）
option-reset = 清除所有默认设置
option-party-kind = 编号属于用户还是聊天
option-help-command = 只看这个命令和它的选项
option-minutes = 多少分钟（也可写 2h、7d）
option-pause-text = 告诉大家的话
option-person = 指定的人
option-party-id = 用户或聊天的编号
option-credits = 多少；负数表示扣除
option-people-group = 人群；与某人一起使用时，让其加入
option-daily = 每天的积分
option-monthly = 每月的积分
option-job = /status 中的编号
option-unknown = 没有选项 { $given }。可用：{ $allowed }。如果要当作普通文字，请在提示词前单独写 --。
party-no-id = “{ $given }”不是 ID。ID 的格式是 { $platform }:123；指的就是 { $platform } 时，只写 123 即可。
option-not-understood = 无法识别“{ $given }”。/help 可查看各命令的用法。
option-needs-value = { $option } 需要一个值：{ $allowed }
option-bad-value = “{ $given }”不能用于 { $option }。可用：{ $allowed }
option-range = { $name ->
    [seconds] 时长须为 { $least } 到 { $most } 秒
    [minutes] 时间须为 { $least } 到 { $most } 分钟，例如 30、90m、2h 或 7d；以数字开头的文字请写在单独的 -- 之后
   *[other] { $option } 须为 { $least } 到 { $most }
}{ $off ->
    [yes] ，或 off。
   *[no] 。
}
option-twice = { $name ->
    [ratio] 比例
    [seconds] 时长
    [resolution] 清晰度
    [count] 数量
    [model] 模型
    [language] 语言
    [job] 任务
    [span] 视频片段
    [id] 编号
   *[other] { $option }
}重复：{ $first }、{ $second }，请保留一个。
prompt-empty = 请说明要生成什么。
prompt-missing = { $command ->
    [character] 请写明视频中的秒数和名字（使用您回复的视频，或您最近的视频）：{ $example }
   *[other] 请说明您想要什么，例如：{ $example }
}
example-video = 一只冲浪的猫
example-image = 夜里的灯塔
example-remix = 改成下雪
example-storyboard =
    { $half }秒 飞机起飞
    { $half }秒 飞机降落
example-character = 1-3 tom
example-with-picture = { $typed }（附上一张图片）
word-portrait = 竖屏
word-landscape = 横屏
word-square = 方形
word-seconds = { $seconds }秒
prompt-control-character = 文字的第 { $position } 个字符是控制字符（{ $code }），请去掉后重试。
prompt-too-long = 提示词有 { $length } 个字符，上限是 { $limit } 个。

## Pictures

picture-missing = 没有名为 { $name } 的文件。
picture-directory = { $name } 是文件夹，不是图片。
picture-unreadable = { $name } 无法读取。
picture-empty = { $name } 是空文件（0 字节）。
picture-gif = { $name } 是 GIF，请发送 JPEG、PNG 或 WebP。
picture-heic = { $name } 是 HEIC 或 AVIF 图片，网关无法读取，请转成 JPEG 或 PNG 再发。
picture-video = { $name } 是视频，请发送图片：JPEG、PNG 或 WebP。
picture-not-image = { $name } 不是图片，请发送 JPEG、PNG 或 WebP。
file-unwatchable = { $name } 不是我能看的图片或视频。请发送 JPEG、PNG、WebP、MP4、MOV 或 WebM。
video-broken = 无法读取视频 { $name }。
picture-broken = { $name } 已损坏，无法读取。
picture-too-large = { $name } 有 { $size_mb } MB，上限是 { $limit_mb } MB。
picture-too-many-pixels = { $name } 像素太多，上限是 { $limit_megapixels } 百万像素。
picture-too-small = { $name } 太小，每边至少 { $limit_px } 像素。

## Command line

terminal-banner = cliprelay { $version }。输入 { $example }，或 /help。/attach 文件 可为下一条命令附上图片或视频。按 Ctrl-D 退出。
sandbox-notice = 沙盒模式：没有设置网关密钥，所有模型都由本机的测试网关模拟。视频只是测试短片，不花钱。在 .env 中设置密钥即可正式使用。
sandbox-notice-asked = 沙盒模式（按您的要求）：所有模型都由本机的测试网关模拟。视频只是测试短片，不花钱。
jobs-resumed = 继续上次的 { $count } 个任务。
result-saved = 已保存：{ $path }
jobs-left = 还有 { $count } 个任务没有完成，下次启动即可取得结果。
jobs-waited-for = 正在等待 { $count } 个退出后无法继续的任务。按 Ctrl-C 可立即退出，但网关仍可能扣费。
jobs-lost = 有 { $count } 个任务（{ $models }）无法继续，网关可能仍会扣费。
pictures-attached = 将随下一条命令发送：{ $names }（单独输入 /attach 可全部移除）
nothing-attached = 没有附加任何图片。
choice-typed = { $label }：{ $command }

## Forms, replies and sharing

how-to-start = 发送命令和想看的内容，例如：{ $example }。可以附上图片，或回复图片。/help 查看更多。
text-cut = 您的消息已达到长度上限，后半部分很可能被截断了。请缩短后重新发送，或私聊发给我。尚未下单。
edited-command = 编辑过的命令不会重新执行，请作为新消息发送。
picture-not-fetched = 无法获取 { $name }，请重新发送。
button-not-yours = 这是别人的。
reply-video = 目前还不能用视频作为起点。请回复一张图片，或单独发送命令。尚未下单。
reply-own-video = /{ $command } 会制作新内容。要修改这个视频，请用 /remix 加上要改动的内容回复它。尚未下单。
album-incomplete = 我只能看到这个相册中的一张图片。在群里，只有当我是管理员时才能看到整个相册；私聊则没有限制。尚未下单。
album-unknown = 我只知道这个相册中的这一张图片。请把图片和命令一起发送。没有下单。
voice-not-heard = 这里没有能听语音的模型，请把问题打成文字。
hint-set-speech = 缺少语音转文字的模型：在 CATALOG_FILES 的文件中添加 [[speech]]，或设置有此类模型的网关密钥。
hint-listened = 语音识别：{ $paid }
voice-empty = 没有听到任何话。
voice-missing = 请发送语音消息，或回复一条语音消息。
voice-failed = 无法听取这段语音。
answer-heard = 我听到：“{ $text }”
along-unwatchable = 我只能看图片和视频。您附带或回复的是别的内容。没有提问。
embed-unwatchable = 我只能看到这个视频的预览图，看不到视频本身。请直接附上视频文件。没有提问。
along-unusable = 命令只能附带图片：JPEG、PNG 或 WebP。您附带或回复的不是图片。没有下单。
form-title = 想要什么样的视频？没选的由模型决定。
form-portrait = 竖屏
form-landscape = 横屏
form-square = 方形
form-go = 填写提示词
form-lost = 这个表单已过期，请重新发送 /video。
ask-reply = 请回复这条消息，写明{ $what }。
ask-here = 这里无法回答提问。请直接回复那条消息：/{ $command } 加上{ $what }。
ask-lost = 这个问题已过期。请再按一次按钮，或重新发送命令。
share-none = 没有匹配的视频，去做一个
share-nothing = 您没有可以分享的视频。
share-how = 请点击按钮，选择要分享到哪里。
share-link = 在接下来的 { $days } 天内，拿到此链接的人都能看到它：{ $link }
share-how-else = 如需发到别的聊天，请点击按钮。
share-privately = 这个结果是私密的，而这个聊天里还有别人。请在只有您和机器人的地方获取链接。
unshare-done = 已取消分享，所有链接均已失效。别人已保存的副本和聊天里的消息仍会保留。
unshare-none = 它没有被分享：没有有效的链接。
share-enough = 这个结果已有 { $count } 个链接，不能再多了。请转发其中一个，或先取消分享：那样所有链接都会失效。
discard-done = 已删除，包括文件和链接。聊天里的消息仍会保留，请在聊天里删除。花费仍留在账目里，但不含您的文字。
discard-gone = 没有这个结果，或它已被删除。
discard-open = 它还在制作中。请先取消，或等它完成。
chat-unreached = 从这里无法访问原来的聊天。没有下单。
retry-not-theirs = { $user } 已不能使用机器人，而这次费用要由其承担。没有下单。
chat-left = 您已不在它原来的聊天里。没有下单。
members-later = 暂时无法确认您是否还在原来的聊天里。没有下单，请稍后再试。
chat-unheard = 我已无法在原来的聊天里发消息。没有生成，也没有扣费。
share-nowhere = 终端里无法分享。文件就在“已保存”所示的位置。
share-off = 分享需要内联模式。管理员可以在 @BotFather 用 /setinline 开启。

## Names in menus, and what menus offer

name-video = 视频
name-image = 图片
name-remix = 改编
name-storyboard = 分镜
name-character = 角色
name-characters = 角色列表
name-status = 状态
name-cancel = 取消
name-retry = 重试
name-again = 再来
name-share = 分享
name-unshare = 取消分享
name-discard = 删除作品
name-gallery = 作品
name-dashboard = 面板
name-models = 模型
name-settings = 设置
name-allow = 允许
name-deny = 禁止
name-ban = 封禁
name-balance = 余额
name-grant = 赠送
name-limits = 额度
name-pause = 暂停
name-resume = 恢复
name-aside = 搁置
name-unaside = 取消搁置
name-jobs = 任务
name-stats = 统计
name-gateways = 网关
name-audit = 审计
name-broadcast = 通知
name-send = 发送
name-halt = 停发
name-help = 帮助
name-confirm = 确认
name-enhance = 优化
name-describe = 描述
name-suggest = 换一个
name-edit = 修改
name-erase = 全部删除
name-ask = 提问
name-hear = 听
name-talk = 聊天
name-stop = 停止
name-continue = 继续
name-reask = 重问
name-show = 显示
name-model = 问答模型
name-system = 回答要求
name-forget = 忘记
name-option-search = 搜索
name-option-think = 思考
name-option-new = 新对话
name-option-thoughts = 思考过程
name-option-prompt = 提示词
name-option-ratio = 比例
name-option-seconds = 时长
name-option-resolution = 清晰度
name-option-fast = 快速
name-option-count = 数量
name-option-private = 私密
name-option-picture = 生成图片
name-option-video = 生成视频
name-option-spoiler = 剧透
name-option-seed = 种子
name-option-mask = 蒙版
name-option-of = 视频编号
name-option-sure = 代码
name-option-place = 位置
name-option-span = 时段
name-option-url = 链接
name-option-remove = 删除
name-option-sound = 声音
name-option-watermark = 水印
name-option-model = 模型
name-option-language = 语言
name-option-chat = 群
name-option-reset = 重置
name-option-kind = 类型
name-option-person = 用户
name-option-id = 编号
name-option-job = 任务
name-option-command = 命令
name-option-minutes = 分钟
name-option-credits = 积分
name-option-group = 人群
name-option-daily = 每日
name-option-monthly = 每月
name-option-image = 图片{ $number }
option-image = 作为起点的图片
option-shown = 问题所涉及的图片或视频
menu-animate = 让图片动起来
menu-remix = 改编
animate-prompt = 让画面动起来
animate-nothing = 那条消息里没有图片。
form-pictures = 图片
form-shown = 图片或视频
answered-privately = 已私下回复。
command-done = 好了。
reply-unseen = 我看不到您回复的消息。请把文件附上，或把文字复制到问题里。没有提问。
reply-hidden = 我看不到您回复的消息。请直接附上图片，或打开那条消息的菜单：应用 →“{ menu-animate }”。尚未下单。
ask-choice = 请选择{ $what }。
share-by = 由 { $who } 分享
share-done = 已发到 { $place }。
share-refused = 无法发到那里。
share-server-only = 只能在我加入的服务器里分享视频。
share-not-you = 您不能在那里发视频。
share-not-me = 我不能在那里发视频，服务器管理员可以修改权限。
share-gone = 这个视频已不在本机保存。
pictures-gone = 您当时发来的图片已不再保存。请连同命令重新发送。

option-change = 要改成什么样
option-of = 视频编号；不填则为您回复的或最近的视频
option-place = 要分享到哪里
option-size = 图片尺寸
option-mask = 最后一张图片是蒙版
option-sound = 有声；--silent 为静音
option-watermark = 保留网关水印
option-shots = 镜头，每行一个：7.5s 飞机起飞；或只写想法
option-length = 全部镜头的总时长
option-alias = 角色名
option-span = 从第几秒到第几秒，1 到 3 秒
option-url = 改用这个视频链接
option-remove = 删除这个角色
command-image = 生成图片，或修改您发送的图片
command-remix = 修改本机器人生成的视频
command-storyboard = 用多个镜头生成视频，先看方案
command-character = 从视频创建角色，用 @名字 调用
command-characters = 查看您的角色
command-confirm = 确认方案并下单
state-draft = 方案，等待 /confirm
which-plan = 您有 { $count } 个方案，请指明是哪一个，例如：/confirm 1。/status 可查看编号。
draft-plan = 这是方案，尚未下单。预计 { $price }。
button-remix = 改编
button-confirm = 开始生成
private-unheard = 私密内容只发到我们的私聊，而我还不能在那里给您发消息。请先打开与我的私聊并点“开始”，或允许我发私信，再重新下单。没有扣费。
private-nobody = 私密内容只发给个人，而这里是以群或频道的身份下单。请用您自己的身份下单。尚未下单。
nothing-to-confirm = 该方案已下单、已放弃、未及时下单而作废，或不是您的。
no-such-video = 没有可用的已完成视频。请回复我发的视频，或先生成一个。
remix-not-possible = { $model } 的视频不支持再修改。
remix-private = 私密视频不能再修改：网关没有保留它。
refuse-storyboard = { $model } 不支持分镜。
alias-wrong = “{ $given }”不能作名字。请用一个由字母和数字组成的词：/character 1-3 tom
character-made = 完成。在提示词里写 @{ $alias } 即可使用这个角色。
character-link = 链接必须以 https:// 开头。
character-not-possible = { $model } 的视频不能用来创建角色。
no-such-character = 您没有角色 @{ $alias }。/characters 可查看列表。
character-forgotten = 已在此处删除 @{ $alias }；网关仍保留该角色。
characters-none = 您还没有角色。可以从视频创建：/character 1-3 tom
character-price = 创建一个需要 { $price }。
models-missing = { $gateway } 没有为您的密钥列出这 { $count } 个模型：{ $names }
    今后会优先使用其他模型；指定名称仍可尝试。
quota-low = { $gateway } 的额度不足：{ $said }
gateway-fails = { $gateway } 已连续失败 { $count } 次，最近一次的原因是“{ $kind }”，详情见日志。恢复成功之前不会再次提醒。
disk-fills = 机器人磁盘的可用空间不足 { $megabytes } MB（MIN_FREE_MB），暂不接受新的请求；腾出空间后会自动恢复。
disk-fills-there = 机器 { $machine } 的磁盘可用空间不足 { $megabytes } MB（MIN_FREE_MB），该机器暂不接受新的请求；腾出空间后会自动恢复。
storage-gone = 机器人无法保存数据，暂不接受新的请求：{ $why }
platform-away = { $platform } 已有 { $minutes } 分钟无法连接。机器人会继续尝试，恢复后补发已完成的结果。
platform-back = { $platform } 已恢复连接，中断了 { $minutes } 分钟。
platform-reached = { $platform } 已恢复连接。
characters-apart = 这些角色属于不同的网关（{ $gateways }），不能同时出现。
page-heading = { $kind ->
    [image] { $count ->
        [1] 一张图片
       *[other] { $count } 张图片
    }
   *[video] { $count ->
        [1] 一个视频
       *[other] { $count } 个视频
    }
}
page-medium = { $kind ->
    [image] { $count ->
        [1] 图片
       *[other] 第 { $number } 张图片，共 { $count } 张
    }
   *[video] { $count ->
        [1] 视频
       *[other] 第 { $number } 个视频，共 { $count } 个
    }
}
page-original = 原始文件
page-prompt = 提示词
page-model = 模型：{ $model }
page-cannot-play = 您的浏览器无法播放这个视频，可点击“{ page-original }”保存。
page-until = 本页面有效期至 { $day }（UTC），分享者也可以随时取消分享。
page-ended-title = 这里没有内容
page-ended = 此链接无效：已过期，或分享者已取消分享。
page-lost = 文件已不在本机保存。
page-later = 暂时无法显示此页面，请稍后再试。
page-busy = 您同时打开的页面过多，或当前访问的人太多，请几秒后再试。
page-sent-before = 这份表单之前已提交过，不会重复执行。结果见聊天；要再做一次，请重新加载页面。

pages-none = 这里没有网页。
pages-here-only = 只能在运行机器人的那台机器的浏览器中打开：未设置 PUBLIC_URL。
hint-pages = 设置 PUBLIC_URL 并安装附加组件“web”即可开启。
hint-pages-of-run = 作品页和运行面板由 `cliprelay run` 提供，请在它服务的聊天中使用此命令。
pages-nobody = 作品页属于个人，但您是以聊天的名义发言的。请用自己的名义再试一次。
pages-unheard = 链接只给您本人，但我还不能私信您。请先与我开始私聊，或允许私信，然后再试。
pages-sent = 链接已发到我们的私聊中。
pages-inside = 在此打开
pages-link-gallery = 您的作品页：{ $link }
    链接只能打开一次，{ $minutes } 分钟内有效。打开它的人能看到您的作品，请勿转发。
pages-link-dashboard = 运行面板：{ $link }
    链接只能打开一次，{ $minutes } 分钟内有效。打开它的人可以做您能做的一切，请勿转发。

pages-no-places = 无法为这个结果生成链接。请在聊天里用它下方的按钮分享。

front-title = 一个制作图片和视频的机器人
front-about = 它在聊天中工作：您在聊天里给它发消息，它做好的内容也发到聊天里。这个地址上是它给您的链接所指向的页面。
front-gallery = 要查看它为您制作的所有内容，请给它发送 /gallery。回答中的链接会让您在此浏览器中登录 { $hours } 小时。
front-dashboard = 机器人的管理员请给它发送 /dashboard。
front-link = 这是什么
area-gallery = 作品
area-dashboard = 运行面板
area-nowhere = 此地址没有页面。
to-gallery = 返回作品页
to-dashboard = 返回运行面板
sign-in-title = 登录
sign-in-about = 您将在此浏览器中保持登录 { $hours } 小时。如果电脑是公用的，用完请退出登录。
sign-in-open = 打开
sign-in-ended = 此链接已失效：每个链接只能打开一次，且只在几分钟内有效。请向机器人索取新的链接。
sign-in-still = 如果您已在此浏览器中登录，可由此继续：
sign-in-refused = 该请求不是从我们的页面发出的，或页面打开的时间太长。未做任何操作。请重新加载页面。
signed-out = 您尚未登录。请向机器人发送 /{ $area }，然后打开它给您的链接。
inside-otherwise = 请用我对 /gallery 的回复下方的按钮打开此页，或打开该回复中的链接。
inside-framed = 在其他网页的框架中无法登录。请关闭此页，打开按钮上方的链接。
inside-refused = 未能登录：按钮每次只能用一次，且须在按下后立即打开。请关闭此页，回到聊天中再按一次按钮。
sign-out = 退出登录
sign-out-done = 您已退出登录。
dash-parts = 面板各部分
dash-now = 当前
dash-gateways = 网关
dash-spending = 花费
dash-access = 权限
dash-audit = 操作记录
dash-pause = 暂停
dash-paused = 在有人结束暂停之前，不接受新的请求。
dash-paused-until = 在 { $until }（UTC）之前，不接受新的请求。
dash-not-paused = 正在接受新的请求。暂停……
dash-pause-begin = 暂停
dash-pause-text = 告诉大家的话
dash-pause-until = 不填分钟数则一直暂停，直到您结束。已下单的任务会继续。
dash-resume = 结束暂停
dash-minutes = 分钟
dash-gateways-note = 任务数是显示本页的进程的任务，状态从它启动时算起。故障为最近 7 天，费用为最近 { $days } 天，以网关告知的为准。时间均为 UTC。
dash-gateway = 网关
dash-state = 状态
dash-running = 运行
dash-waiting = 排队
dash-last-fault = 最近故障
dash-charged = 费用
dash-works = 正常
dash-faulty = 连续 { $count } 次故障：{ $fault }
dash-unasked = 尚未使用
dash-aside-count = 搁置 { $count } 个模型
dash-no-gateway = 没有任何网关设置了密钥。
dash-aside = 已搁置的模型
dash-aside-note = 被搁置的模型不会被自动选用：只有被指名，或没有其他模型可用时才会使用。
dash-set-aside = 搁置
dash-unaside = 恢复
dash-model = 模型
dash-faults = 最近 7 天的故障
dash-fault = 故障
dash-jobs = 任务
dash-last = 最近一次
dash-stages = 各阶段用时中位数
dash-stage-waiting = 排队
dash-stage-submitting = 下单
dash-stage-running = 生成
dash-stage-delivering = 取回并发送
dash-up-to = 不超过 { $seconds }
dash-long = 超过一小时
dash-models = 自下单起用时中位数
dash-period = 时段
dash-days = { $count } 天
dash-show = 显示
dash-utc = 从 { $since } 到今天；每天从 UTC 零点算起。
dash-by-day = 每日花费
dash-plot-text = 最近 { $days } 天每天一条，共 { $total }。下方表格列出数字。
dash-table = 数字
dash-day = 日期
dash-amount = 花费
dash-orders = 次数
dash-by-person = 按用户
dash-by-model = 按模型
dash-person = 用户
dash-most = 只显示花费最多的 { $count } 个。
dash-nothing-spent = 没有花费。
dash-model-unknown = 角色、语音，或已无从得知
dash-costs = 网关收取的费用
dash-costs-note = 网关告知的本时段任务费用，各以其自己的单位计。未告知的不在其中。
dash-no-costs = 没有网关告知收取了多少。
dash-set = 由运营者设定
dash-admins = 管理员
dash-terminals = 以及在机器人所在的机器上运行 cliprelay chat 或 generate 的人
dash-chats = 允许的聊天
dash-every-chat = 所有聊天
dash-decide = 允许、拒绝或封禁
dash-party = 用户或聊天的编号
dash-party-how = 写法与下方列表相同：platform:id。不写平台时，指您来自的那个平台。
dash-kind = 类型
dash-kind-by-id = 按编号判断
dash-chat = 聊天
dash-allow = 允许
dash-deny = 拒绝
dash-ban = 封禁
dash-grant = 赠送积分
dash-grant-how = 整数积分，负数表示扣除。编号写作 platform:id。
dash-grant-do = 赠送
dash-credits = 积分
dash-rules = 已作出的决定
dash-which = 规则
dash-all = 所有处处生效的规则
dash-allowed = 允许
dash-denied = 拒绝
dash-banned = 封禁
dash-kept-out = 被某个聊天拒绝
dash-kept-out-note = 由管理该聊天的人决定，并在那里用 /allow 解除。
dash-beginning = 编号开头
dash-filter = 筛选
dash-who = 对象
dash-rule = 规则
dash-by = 决定者
dash-at = 时间（UTC）
dash-more = 下一页
dash-no-rules = 没有这样的规则。
dash-audit-what = 管理员做过的操作
dash-words = 关键词
dash-words-how = 只显示包含所有关键词的行：命令，或用户、聊天的编号。
dash-command = 命令
dash-about = 对象
dash-what = 内容
dash-where = 地点
dash-earlier = 更早
dash-done-cancel = 已取消。对已经开始的部分，网关仍可能扣费。
dash-done-retry = 已重新提交。进展可在原聊天和任务页面查看。
dash-nothing-done = 没有执行任何操作。
dash-no-such = 这里不能执行该操作。没有执行任何操作。
dash-incomplete = 表单填写不完整。没有执行任何操作。

gallery-filter = 在您的作品中查找
gallery-words = 提示词包含
gallery-kind = 类型
gallery-model = 模型
gallery-all = 全部
gallery-videos = 视频
gallery-pictures = 图片
gallery-show = 显示
gallery-unfiltered = 显示全部
gallery-pages = 翻页
gallery-older = 更早
gallery-newest = 最新
gallery-back = 返回作品页
gallery-none = 这里还没有内容。机器人为您制作的结果会显示在这里。
gallery-none-fits = 没有符合的结果。
gallery-none-more = 这一部分里没有符合的结果，更早的可能还有。
gallery-gone = 文件已不在本机保存。聊天里已发的内容仍在那里。
gallery-save = 保存
gallery-cover = 重新遮盖
gallery-whole = 阅读全文
gallery-whole-of = 阅读“{ $words }”的全文
gallery-shared = 已分享
gallery-again = 再做一次
gallery-share = 分享链接
gallery-discard = 删除
gallery-discard-about = 文件及其所有链接将永久删除。聊天里的消息仍会保留。
gallery-discard-sure = 永久删除
gallery-ordered = 已下单。结果会发到这个作品原来的聊天；如果是私密内容，则发到只有您能看到的地方。
gallery-unshared = 这个作品无法分享。没有生成链接。
gallery-nowhere = 您没有这个作品，它可能已被删除。

play-address = 也可以在本机浏览器中打开：{ $address }
play-key = 请用 cliprelay 在终端里显示的完整地址打开本页面。
play-commands = 命令
play-line = 其他
play-line-about = 像在聊天中一样输入：任意命令、选项加提示词，或者一个问题。
play-line-label = 命令或问题，例如 /help
play-send = 发送
play-asked = 请填写{ $what }
play-any = 不限
play-yes = 是
play-no = 否
play-more = 更多选项
play-drop = 选择文件，或把文件拖到本页面的任意位置。
play-reload = 刷新本页面即可查看最新进度。
play-messages = 消息
play-progress = 进度
play-covered = 内容已遮盖，点击显示
play-thoughts = 思考过程
play-lost = 与 cliprelay 的连接已断开。如果它已重新启动，请打开它现在显示的地址。
play-nowhere = 只有您能看到本页面，没有可以分享到的地方。用“{ page-original }”可保存文件。
play-too-much = 所有文件合计超过 { $limit_mb } MB。请减少文件数量或大小。
play-not-read = 无法读取表单：文件太多（最多 30 个），或文字太长。
play-sandbox = 沙盒模式：所有模型都由本机的测试网关模拟。视频只是测试短片，不花钱。

live-jobs = 任务
live-none = 当前没有运行或等待中的任务。
live-more = 还有 { $count } 个任务未显示。
live-ended = 最近结束
live-ended-none = 还没有已结束的任务，或记录已删除。
live-lost = 连接已中断，看到的内容可能不是最新的；恢复后会自动继续。
live-still = 这是页面加载时的状态。要查看最新状态，请重新加载页面。
live-here = 实时显示的是当前响应的机器 { $machine } 上的任务。页面末尾是其他机器上的任务。
live-elsewhere = 其他机器
live-elsewhere-none = 其他机器上没有任务，也没有等待分配的任务。
live-looked = 页面打开期间每 { $seconds } 秒查询一次。
live-look-failed = 自 { $at } UTC 起无法查询数据库：这是当时的状态。
live-answering = 正在撰写的回答
live-in = 在 { $chat }
live-since = 开始于
live-at = 在 { $holder } 上
live-counts = 数量
live-running = 运行中
live-submitting = 提交中
live-delivering = 发送结果中
live-waiting-gateway = 等待网关空位
live-waiting-user = 等待同一用户的其他任务
live-waiting-held = 暂停：无法存储数据
live-waiting = 等待开始
live-answers = 回答中
live-place = 第 { $place } 位
live-progress = { $model } 的进度
live-outcome-done = 已完成
live-outcome-failed = 失败
live-outcome-cancelled = 已取消
live-said-begun = 新增 { $count } 个任务。
live-said-done = { $count } 个任务已完成。
live-said-failed = { $count } 个任务失败。
live-said-cancelled = { $count } 个任务已取消。

live-job-title = { $model } 的任务
live-job-unknown = 该任务已不存在。记录会在 HISTORY_DAYS 之后删除，用户要求删除自己的数据时也会删除。
live-job-over = { $outcome ->
    [done] 该任务已完成。
    [failed] 该任务失败。
   *[cancelled] 该任务已取消。
 }
live-job-elapsed = 自提交或下单以来的时间
live-job-result = 生成结果
live-job-state = 状态
live-job-draft = 尚未确认的草稿
live-job-fault = 原因
live-job-fault-seen = 详细信息
live-job-person = 下单人
live-job-place = 聊天
live-job-model = 模型
live-job-route = 可用的模型：{ $count } 个
live-job-options = 选项
live-job-prompt = 提示词
live-job-price = 价格
live-job-cost = 网关收费
live-job-task = 网关任务
live-job-ordered = 下单时间
live-job-started = 提交时间
live-job-ended = 结束时间
live-job-spent-waiting = 排队用时
live-job-spent-submitting = 提交用时
live-job-spent-running = 网关用时
live-job-spent-delivering = 发送用时
live-job-log = 日志
live-job-log-private = 该任务为私密任务：不保存发给网关的内容和网关的回答。
live-job-log-none = 这台机器上没有该任务的日志：任务在其他机器上运行，或媒体已被删除，或当时运行的任务过多，或机器人在运行期间被强行终止。
live-job-log-gap = 此处省略了 { $count } 行。
live-job-log-unanswered = 没有回答
