## Progress

phase-waiting = 排队中，第 { $position } 位
phase-submitting = 正在提交
phase-queued = 网关排队中
phase-rendering = 正在生成
phase-retrying = 网关正在重试
phase-collecting = 正在下载视频
phase-fitting = 正在压缩以适应本聊天
progress-rest = 大约还需 { $rest }
seconds = { $seconds } 秒
pictures = { $count } 张图片
option-word-fast = 快速
option-word-private = 私密
note-retired = { $model } 已被官方下线，个别网关可能仍可用；因为您点名要用，所以照办。
note-sandbox = 沙盒模式：这是本机生成的测试画面，没有真正生成，也不花钱。
job-done = 完成，用时 { $took }
job-failed = { $model } 没有生成视频。
job-cancelled = 已取消，{ $model } 不会再有结果。
job-page = 网关只给了一个网页，无法检查。视频应该在这里：{ $page }
some-missing = { $asked } 个视频中完成了 { $made } 个，其余失败且不计费。
too-large-link = 文件过大，无法发到本聊天：{ $size } MB，上限 { $limit } MB。在网关删除之前可从这里获取：{ $link }
too-large-kept = 文件过大，无法发到本聊天：{ $size } MB，上限 { $limit } MB。不计费，也没有公开链接。管理员可凭 { $id } 找到它。
only-preview = 这是低清预览：网关在最终版本之前中断了。
took = 用时 { $took }
retry-is-free = 重试会再次获取同一个结果，不另收费。
button-cancel = 取消
button-retry = 重试
button-again = 再来一次
button-share = 分享

## Failures

fault-reason = 网关的说明：“{ $reason }”
fault-id = 管理员可在日志中用 { $id } 查到详情。
fault-maybe-billed = 网关可能已经扣费，所以不会自动重新提交。
fault-auth = 网关不接受本机器人的密钥，请管理员检查。
fault-quota = 网关账户余额已用完，请管理员充值。
fault-permission = 该密钥无权使用这个模型。
fault-model-gone = 网关已没有这个模型，或暂时不可用。请换一个，/models 可查看。
fault-bad-request = 网关无法理解这个请求。
fault-unsupported-param = 网关不支持其中某个选项。
fault-too-large = 内容太大：请发小一些或少一些的图片。
fault-moderation-input-image = 图片被内容审核拒绝。真人、儿童和名人通常不允许。
fault-moderation-prompt = 提示词被内容审核拒绝，请换一种说法。
fault-moderation-output = 生成的视频被内容审核拒绝，请修改提示词或图片。
fault-rate-limited = 网关暂时不再接受请求，请过几分钟再试。
fault-overloaded = 网关负载已满，请过几分钟再试。
fault-upstream = 网关背后的服务出错了。
fault-timeout = 等待时间太长，已停止等待。
fault-network = 与网关的连接中断了。
fault-ambiguous = 网关没有说明是否接受了请求。
fault-misconfigured = 网关地址不对：那里不是 API。请管理员检查 base URL。
fault-bad-payload = 网关的回答无法读取。
fault-no-media = 网关结束了，却没有给出视频。接近完成时通常是内容审核所致。
fault-link-dead = 视频已生成，但链接打不开。
fault-not-media = 网关给的不是视频。
fault-unreachable-link = 网关给了一个内网地址，绝不会打开。
fault-expired = 网关已不认识这个任务。
fault-cancelled = 网关取消了任务。
fault-interrupted = 生成过程中机器人重启了，无法继续。
fault-disk-full = 机器人的磁盘已满，请管理员清理。
fault-undeliverable = 视频无法发到这个会话。
fault-internal = 机器人自身出错了。
fault-unknown = 网关出错了。

## Refusals before anybody pays

refuse-ratio = { $model } 不能生成 { $asked }，可选：{ $allowed }。
refuse-ratio-choice = { $model } 不能选择画面比例（{ $asked }）。
refuse-seconds = { $model } 不能生成 { $asked } 秒，可选：{ $allowed } 秒。
refuse-resolution = { $model } 不能生成 { $asked }，可选：{ $allowed }。
refuse-hd = { $model } 不能选择清晰度（{ $asked }）。
refuse-fast = { $model } 没有快速模式。
refuse-seed = { $model } 不支持种子。
refuse-count = { $model } 一次最多 { $allowed } 个，不能 { $asked } 个。
refuse-images = { $model } 最多 { $allowed } 张图片，不能 { $asked } 张。
refuse-any-image = { $model } 不接受图片。
refuse-no-image = { $model } 需要一张图片作为起点。
refuse-combination = { $model } 不能同时使用：{ $asked }。
no-model-ready = 还没有设置网关。请管理员设置密钥，`cliprelay doctor` 会说明缺什么。
model-unknown = 没有模型“{ $given }”。可用：{ $allowed }
hint-did-you-mean = 您是想说 { $nearest } 吗？
model-off = { $model } 在这里已停用。
model-needs-key = { $model } 在这里没有设置：缺少 { $variable }。
hint-could = 这些可以：{ $models }
hint-could-retired = 只有已下线的模型可以：{ $models }。用 --model 点名可以一试。
hint-could-with-key = { $model } 可以，但缺少 { $variable }。

## Commands

command-video = 用文字和图片生成视频
command-status = 查看我正在运行和排队的任务
command-cancel = 取消我的任务；有多个时请指明：/cancel 2
command-retry = 重试我失败的任务
command-again = 把上一个视频再做一次
command-models = 查看可以生成什么、用什么生成
command-settings = 查看和修改我的默认设置：模型、比例、时长、语言
command-allow = 允许使用机器人：本会话，或指定编号
command-deny = 禁止使用机器人：本会话，或指定编号
command-help = 查看用法
help-footer =
    选项写在提示词前面，顺序不限；以 -- 开头的参数可放任意位置；单独的 -- 表示选项结束。
    例如：/video 竖屏 15秒 一只冲浪的猫
command-unknown = 没有 /{ $given } 这个命令。/help 可查看全部命令。
type-a-command = 请输入命令，例如：/video 一只猫。/help 可查看更多。
unexpected-error = 机器人自身出错了。管理员可在日志中用 { $id } 查到详情。
storage-error = 机器人暂时无法保存任何内容，所以没有提交，也没有扣费。请管理员检查。
status-none = 没有正在运行或排队的任务。
status-line = { $number }. { $state } · { $what }
state-waiting = 即将开始
state-submitting = 正在提交
state-running = 已运行 { $elapsed }
state-delivering = 正在发送
no-such-job = 没有任务 { $number }。/status 可查看您的任务。
nothing-to-cancel = 您没有正在运行或排队的任务。
which-job = 您有 { $count } 个任务。/status 有编号，请指明：/{ $command } 1
too-late-to-cancel = 已经完成并正在发送，没有可取消的了。
nothing-to-retry = 您没有失败的任务。
nothing-to-repeat = 您还没有可以再做一次的视频。
not-failed = 这个任务没有失败。
models-line = { $name }（{ $gateway }）：{ $what }
models-ready = 可用
models-needs = 需要 { $variable }
models-off = 已停用
models-retired = 已被官方下线，点名才用
models-uncertain = 可用，但可能失败
models-default-ratio = 不能选比例
models-images = 最多 { $count } 张图片

## Access and defaults

access-denied = 抱歉，我不能在这里为您服务。如有需要请联系管理员：会话是 { $chat }，您是 { $user }。
admins-only = 只有本机器人的管理员可以这样做。
chat-admins-only = 只有本群管理员可以修改本群的默认设置。去掉“群”（chat）就是修改您自己的设置。
deny-admin = 那是本机器人的管理员，始终可以使用。
party-needs-id = 请指明是谁，例如：/deny user 123
allowed-user = 用户 { $id } 现在可以使用机器人，除非所在会话被禁止。
allowed-chat = 会话 { $id } 中的所有人现在都可以使用机器人，被禁止的用户除外。
denied-user = 用户 { $id } 不能再使用机器人。
denied-chat = 会话 { $id } 中的人不能再使用机器人，机器人的管理员除外。
settings-own = 您的默认设置：{ $what }
settings-chat = 本会话的默认设置：{ $what }
settings-none = 无
settings-how =
    命令中写的优先，其次是您的设置，再次是本会话的设置。
    修改：/settings 模型 veo-3.1 · /settings 比例 竖屏 · /settings 时长 8 · /settings 语言 zh
    清除：/settings 比例 off · /settings 重置。修改本会话：/settings 群 比例 竖屏

## Options

option-prompt = 要生成的内容
option-ratio = 比例
option-seconds = 时长
option-resolution = 清晰度
option-fast = 更快更便宜
option-count = 数量
option-private = 不给别人看
option-spoiler = 点开才显示
option-seed = 种子，用于重现结果
option-model = 模型，见 /models
option-language = 语言
option-for-chat = 对本会话所有人生效（仅限群管理员）
option-reset = 清除所有默认设置
option-party-kind = 编号指的是谁
option-party-id = 用户或会话的编号
option-job = /status 中的编号
option-unknown = 没有选项 { $given }。可用：{ $allowed }。（在提示词前单独写 --，后面就都当普通文字。）
option-not-understood = 这里不能写“{ $given }”。
option-needs-value = { $option } 需要一个值：{ $allowed }
option-bad-value = { $option } 不能是“{ $given }”。可用：{ $allowed }
option-twice = { $option } 给了两次：{ $first } 和 { $second }。
prompt-empty = 请说明要生成什么，例如：/video 竖屏 一只冲浪的猫
prompt-control-character = 文字的第 { $position } 个位置有控制字符（{ $code }），请去掉后重新输入。
prompt-too-long = 提示词有 { $length } 个字符，最多 { $limit } 个。

## Pictures

picture-missing = 没有文件 { $name }。
picture-directory = { $name } 是文件夹，不是图片。
picture-unreadable = { $name } 无法读取。
picture-empty = { $name } 是空文件（0 字节）。
picture-gif = { $name } 是 GIF，请发送 JPEG、PNG 或 WebP。
picture-heic = { $name } 是 HEIC 或 AVIF 图片，网关不接受，请转成 JPEG 或 PNG 再发。
picture-video = { $name } 是视频，请发送图片：JPEG、PNG 或 WebP。
picture-not-image = { $name } 不是图片。可用 JPEG、PNG 和 WebP。
picture-broken = { $name } 已损坏，无法读完。
picture-too-large = { $name } 有 { $size_mb } MB，最多 { $limit_mb } MB。
picture-too-many-pixels = { $name } 像素太多，最多 { $limit_megapixels } 百万像素。
picture-too-small = { $name } 太小，每边至少 { $limit_px } 像素。

## Command line

console-welcome = cliprelay { $version }。输入 /video 竖屏 15秒 一只冲浪的猫，或 /help。/attach 文件 可为下一条命令附上图片。Ctrl-D 结束。
console-sandbox = 沙盒模式：没有设置网关密钥，所有模型都由本机的测试网关扮演。视频只是测试画面，不花钱。在 .env 中设置密钥即可正式使用。
console-sandbox-forced = 沙盒模式（按您的要求）：所有模型都由本机的测试网关扮演。视频只是测试画面，不花钱。
console-resuming = 继续上次的 { $count } 个任务。
console-saved = 已保存：{ $path }
console-bye = 还有 { $count } 个任务在网关运行，下次启动会继续。
console-attached = 将附在下一条命令上：{ $names }

## Telegram

telegram-welcome = 发送 /video 和想看的内容，例如：/video 竖屏 15秒 一只冲浪的猫。可以附上图片，或回复图片。/help 查看更多。
telegram-share = 说明如何分享视频
edited-command = 编辑过的命令不会重新读取，请作为新消息发送。
picture-not-fetched = 无法从 Telegram 获取 { $name }，请重新发送。
button-not-yours = 这是别人的。
form-title = 想要什么样的视频？不选则由模型决定。
form-portrait = 竖屏
form-landscape = 横屏
form-square = 方形
form-go = 填写提示词
form-prompt = 画面内容是什么？请回复这条消息。
form-lost = 这个表单已过期，请重新发送 /video。
share-none = 没有符合的视频，去做一个
share-nothing = 您没有可以分享的完成视频。
share-how = 选择一个聊天，视频将以您的名义发送。
share-off = 分享需要内联模式。管理员可以在 @BotFather 用 /setinline 打开。
