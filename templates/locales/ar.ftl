# كل جملة يقرؤها الزائر، بالعربية. المفاتيح والمتغيرات هي نفسها في en.ftl.

## On every page

simulator-note = محاكٍ: لا تُرسل أي رسائل حقيقية.
simulator-link = فتح الهاتف المحاكى
new-tab = (يفتح في علامة تبويب جديدة)
error-prefix = خطأ:
description = سجّل الدخول إلى { $site } برقم هاتفك. لا تحتاج إلى كلمة مرور.
sending = جارٍ الإرسال…
checking = جارٍ التحقق…
sending-slow = يستغرق هذا وقتًا أطول من المعتاد. انتظر من فضلك.
offline = أنت غير متصل بالإنترنت، لذلك لم يُرسل شيء. لم يضع ما كتبته: حاول مرة أخرى عندما تتصل.
footer-privacy = الخصوصية
footer-terms = الشروط
footer-help = المساعدة
footer-language = اللغة
onward = بعد ذلك تنتقل إلى { $site }.

## The phone form

index-title = تسجيل الدخول إلى { $site }
index-lead = سنرسل إليك رمزًا في رسالة نصية. لا تحتاج إلى كلمة مرور.
index-lead-voice = سنتصل بك ونخبرك برمز. لا تحتاج إلى كلمة مرور.
index-label = رقم الهاتف المحمول
index-country = البلد
index-country-none = اختر بلدك
index-code = {"\u2066"}+{ $code }{"\u2069"}
index-remember = تذكّر رقمي على هذا الجهاز
index-consent = نرسل رسالة نصية واحدة. قد تحتسب شركة هاتفك رسومًا عليها.
index-consent-voice = نجري مكالمة واحدة. قد تحتسب شركة هاتفك رسومًا عليها.
index-risk = لا تُعطِ الرمز لأي أحد.
index-submit = أرسلوا إليّ رمزًا
index-submit-voice = اتصلوا بي لإعطائي رمزًا
index-again = لقد سجّلت الدخول. للمتابعة إلى الصفحة التالية، أدخل رمزًا جديدًا أولًا.

## The code form

verify-title = أدخل الرمز
verify-lead-sms = { $length ->
    [zero] أرسلنا رمزًا إلى { $phone }.
    [one] أرسلنا رمزًا من رقم واحد إلى { $phone }.
    [two] أرسلنا رمزًا من رقمين إلى { $phone }.
    [few] أرسلنا رمزًا من { $length } أرقام إلى { $phone }.
    [many] أرسلنا رمزًا من { $length } رقمًا إلى { $phone }.
   *[other] أرسلنا رمزًا من { $length } رقم إلى { $phone }.
}
verify-lead-voice = { $length ->
    [zero] نتصل الآن بالرقم { $phone } لنخبرك بالرمز.
    [one] نتصل الآن بالرقم { $phone } لنخبرك برمز من رقم واحد.
    [two] نتصل الآن بالرقم { $phone } لنخبرك برمز من رقمين.
    [few] نتصل الآن بالرقم { $phone } لنخبرك برمز من { $length } أرقام.
    [many] نتصل الآن بالرقم { $phone } لنخبرك برمز من { $length } رقمًا.
   *[other] نتصل الآن بالرقم { $phone } لنخبرك برمز من { $length } رقم.
}
verify-lead-sms-listed = إذا كان مسموحًا لهذا الرقم بتسجيل الدخول هنا، فقد أرسلنا رمزًا طوله { $length } إلى { $phone }.
verify-lead-voice-listed = إذا كان مسموحًا لهذا الرقم بتسجيل الدخول هنا، فنحن نتصل الآن بالرقم { $phone } لنخبرك برمز طوله { $length }.
verify-label = الرمز
verify-auto = يتم تسجيل دخولك بمجرد اكتمال الأرقام.
verify-submit = تسجيل الدخول
verify-change = تغيير
verify-lifetime = يعمل الرمز لمدة { $time }.
verify-newest = لا يعمل إلا الرمز الموجود في أحدث رسالة.
verify-risk = لن يطلبه منك أي شخص من { $site } أبدًا.
expired-title = انتهت صلاحية هذا الرمز
expired-lead = يمكننا إرسال رمز جديد إلى { $phone }.

again-lead-sms = لم تصلك رسالة بعد دقيقة؟ تأكد من وجود شبكة على هاتفك.
again-lead-voice = لم تصلك مكالمة بعد دقيقة؟ تأكد من وجود شبكة على هاتفك.
again-lead-failed = لم نتمكن من إرساله مرة أخرى الآن. ما زال الرمز الذي لديك يعمل.
again-sms = إرسال مرة أخرى
again-sms-instead = أرسلوا رسالة نصية
again-voice = اتصلوا مرة أخرى
again-voice-instead = اتصلوا بي
again-over = يمكنك طلب رمز جديد الآن.
again-wait = يمكنك الحصول على رمز آخر بعد { $time }.
again-ready = يمكنك الحصول على رمز آخر الآن.
again-both-out = أرسلنا إليك رسالة واتصلنا بك. يمكنك طلب رمز جديد بعد { $time }.
again-used-up = كانت هذه آخر رسالة لتسجيل الدخول هذا. للبدء من جديد، اضغط «تغيير» في الأعلى.
again-too-late = أوشكت صلاحية هذا الرمز على الانتهاء. ارجع للحصول على رمز جديد.

## While a code is sent again

resend-title-first = جارٍ إرسال رمزك
resend-title-sms = جارٍ إرسال رسالة جديدة
resend-title-voice = جارٍ الاتصال بك
resend-first = سنرسله بعد قليل إلى { $phone }.
resend-next = نرسله الآن إلى { $phone }.
resend-cancel = نحضّر لك رمزًا جديدًا. لم يعد الرمز القديم يعمل. سيصل الجديد إلى { $phone }.
resend-start = لم يعد الرمز القديم يعمل. سيصل الجديد إلى { $phone }.
resend-in = سيُرسل بعد { $time }.
resend-now = يُرسل الآن.
resend-reload = تتحدّث هذه الصفحة تلقائيًا.
resend-link = تحديث الآن

## What became of a message

trouble-sms-failed = تعذّر تسليم الرسالة النصية.
trouble-sms-rejected = حظر هاتفك أو شبكته الرسالة النصية.
trouble-sms-blocked = لا يمكننا إرسال رسائل نصية إلى هذا الرقم.
trouble-voice-failed = لم تكتمل المكالمة.
trouble-voice-rejected = لم يردّ أحد على المكالمة.
trouble-voice-blocked = لا يمكننا الاتصال بهذا الرقم.
trouble-try-voice = يمكننا الاتصال بك بدلًا من ذلك.
trouble-try-sms = يمكننا إرسال رسالة نصية بدلًا من ذلك.
trouble-try-again = تحقق من الرقم، أو حاول مرة أخرى.
trouble-try-number = تحقق من الرقم، أو استخدم هاتفًا آخر.
status-out-of-date = تغيّر شيء منذ أن فتحت هذه الصفحة.
status-link = عرض الجديد

## How it ended

signed-in-title = تم تسجيل دخولك
signed-in-home = المتابعة إلى { $site }
signed-in-lead = سجّلت الدخول بالرقم { $phone }.
signed-in-submit = تسجيل الخروج
signed-in-sessions = أجهزتك
failed-title = لم يتم تسجيل دخولك
failed-same = أرسلوا إليّ رمزًا جديدًا
failed-link = استخدام رقم آخر
failed-denied = { $reason }
failed-app = كان رمزك صحيحًا، لكن هذا الموقع لم يتمكن من إدخالك الآن. حاول مرة أخرى بعد بضع دقائق.
sign-out-title = هل تريد تسجيل الخروج؟
sign-out-lead = أنت مسجّل الدخول بالرقم { $phone }.
sign-out-submit = تسجيل الخروج
sign-out-everywhere = من جميع أجهزتي، وليس من هنا فقط
sign-out-stay = البقاء مسجّل الدخول

## What can be wrong with a number

phone-empty = أدخل رقم هاتفك.
phone-bad-character = استخدم الأرقام فقط. لا تعمل الحروف هنا.
phone-no-country-code = اختر بلدك، أو ابدأ بعلامة + ورمز البلد.
phone-unknown-country-code = لا يوجد بلد له الرمز الذي يبدأ به هذا الرقم. تحقق من الأرقام بعد علامة +.
phone-too-short = هذا الرقم قصير جدًا. تحقق مما إذا كانت هناك خانة ناقصة.
phone-too-long = هذا الرقم طويل جدًا. تحقق مما إذا كانت هناك خانة زائدة.
phone-invalid = لا يوجد رقم هاتف كهذا. تحقق من كل خانة.
phone-fictional = هذا الرقم مخصص للأفلام والأمثلة، ولا يمكنه تلقي الرسائل. أدخل رقمك أنت.
phone-extension = احذف الرقم الفرعي: لا تصل إليه رسالة نصية.
phone-not-accepted = لا تتعرف خدمة الرسائل لدينا على هذا الرقم. تحقق من كل خانة.
phone-not-routable = لا يمكننا الوصول إلى هذا الرقم. تحقق منه، أو استخدم هاتفًا آخر.
phone-blocked = لا يمكننا إرسال رموز إلى هذا الرقم. استخدم هاتفًا آخر، أو طريقة أخرى لتسجيل الدخول.
phone-unsupported = لا يمكننا إرسال رموز إلى هذا البلد أو هذه الشبكة. استخدم هاتفًا آخر، أو طريقة أخرى لتسجيل الدخول.
phone-country-refused = لا نرسل رموزًا إلى هذا البلد. استخدم رقمًا من بلد آخر، أو طريقة أخرى لتسجيل الدخول.
phone-extra-cost = تكلّف المكالمات والرسائل إلى هذا الرقم رسومًا إضافية، لذلك لا نرسل إليه رموزًا. أدخل رقم هاتف محمول.
phone-landline = هذا هاتف ثابت، ولا تصل إليه رسالة نصية. أدخل رقم هاتف محمول.
phone-voip = هذا رقم هاتف عبر الإنترنت، ولا نرسل رموزًا إلى مثله. أدخل رقم هاتف محمول.
phone-not-mobile = لا يمكن لهذا النوع من الأرقام تلقي رسائلنا النصية. أدخل رقم هاتف محمول.
phone-not-approved = ما زالت هذه الخدمة قيد الاختبار، ولا ترسل رموزًا إلا إلى أرقام تمت الموافقة عليها مسبقًا. هذا الرقم ليس منها.

## What can be wrong with a code

pin-empty = أدخل الرمز الذي أرسلناه إليك.
pin-not-digits = يتكوّن الرمز من أرقام فقط. راجع الرسالة، واحذف كل ما عداها.
pin-length = { $expected ->
    [zero] لا أرقام في الرمز. راجع الرسالة.
    [one] يتكوّن الرمز من رقم واحد. راجع الرسالة.
    [two] يتكوّن الرمز من رقمين. راجع الرسالة.
    [few] يتكوّن الرمز من { $expected } أرقام. راجع الرسالة.
    [many] يتكوّن الرمز من { $expected } رقمًا. راجع الرسالة.
   *[other] يتكوّن الرمز من { $expected } رقم. راجع الرسالة.
}
pin-wrong = { $left ->
    [zero] هذا ليس الرمز الذي أرسلناه. لم تبقَ لك محاولات.
    [one] هذا ليس الرمز الذي أرسلناه. بقيت لك محاولة واحدة.
    [two] هذا ليس الرمز الذي أرسلناه. بقيت لك محاولتان.
    [few] هذا ليس الرمز الذي أرسلناه. بقيت لك { $left } محاولات.
    [many] هذا ليس الرمز الذي أرسلناه. بقيت لك { $left } محاولة.
   *[other] هذا ليس الرمز الذي أرسلناه. بقيت لك { $left } محاولة.
}
pin-wrong-again = هذا ليس الرمز الذي أرسلناه. راجع أحدث رسالة، وحاول مرة أخرى.
pin-wrong-wait = هذا ليس الرمز الذي أرسلناه. حاول مرة أخرى بعد { time-span }.
pin-not-yet = رمزك في الطريق. أدخله عندما تصل الرسالة.

## Why no code could be sent

send-cookies = يحظر متصفحك ملفات تعريف الارتباط، لذلك لم نتمكن من إرسال رمز. اسمح بها لهذا الموقع وحاول مرة أخرى.
send-unavailable = تسجيل الدخول بالهاتف غير متاح الآن، ولم يُرسل أي رمز. حاول مرة أخرى لاحقًا.
send-country-unavailable = لا يمكننا الآن إرسال رموز إلى أرقام ذلك البلد. حاول مرة أخرى لاحقًا.
send-fault = لم نتمكن من إرسال رمزك. حاول مرة أخرى بعد لحظة.
send-paused = { $seconds ->
    [zero] خدمة الرسائل لدينا معطّلة، لذلك لم يُرسل أي رمز. حاول مرة أخرى الآن.
    [one] خدمة الرسائل لدينا معطّلة، لذلك لم يُرسل أي رمز. حاول مرة أخرى بعد ثانية واحدة.
    [two] خدمة الرسائل لدينا معطّلة، لذلك لم يُرسل أي رمز. حاول مرة أخرى بعد ثانيتين.
    [few] خدمة الرسائل لدينا معطّلة، لذلك لم يُرسل أي رمز. حاول مرة أخرى بعد { $seconds } ثوانٍ.
    [many] خدمة الرسائل لدينا معطّلة، لذلك لم يُرسل أي رمز. حاول مرة أخرى بعد { $seconds } ثانية.
   *[other] خدمة الرسائل لدينا معطّلة، لذلك لم يُرسل أي رمز. حاول مرة أخرى بعد { $seconds } ثانية.
}
send-in-doubt = ربما أرسلنا إليك رمزًا، لكننا لسنا متأكدين. اطلبه مرة أخرى بعد { time-span }.
send-busy = { $seconds ->
    [zero] يسجّل كثيرون الدخول الآن، ولم يُرسل أي رمز. حاول مرة أخرى الآن.
    [one] يسجّل كثيرون الدخول الآن، ولم يُرسل أي رمز. حاول مرة أخرى بعد ثانية واحدة.
    [two] يسجّل كثيرون الدخول الآن، ولم يُرسل أي رمز. حاول مرة أخرى بعد ثانيتين.
    [few] يسجّل كثيرون الدخول الآن، ولم يُرسل أي رمز. حاول مرة أخرى بعد { $seconds } ثوانٍ.
    [many] يسجّل كثيرون الدخول الآن، ولم يُرسل أي رمز. حاول مرة أخرى بعد { $seconds } ثانية.
   *[other] يسجّل كثيرون الدخول الآن، ولم يُرسل أي رمز. حاول مرة أخرى بعد { $seconds } ثانية.
}
send-running = طلبت رمزًا على جهاز آخر من قبل. أدخله هناك، أو اطلب رمزًا جديدًا هنا بعد { time-span }.
send-ending = ما زال رمز سابق يشغل هذا الرقم. يمكنك طلب رمز جديد بعد { time-span }.

## When more codes are asked for than we send

time-span = { $unit ->
    [hours] { $amount ->
        [zero] لحظة
        [one] ساعة واحدة
        [two] ساعتين
        [few] { $amount } ساعات
        [many] { $amount } ساعة
       *[other] { $amount } ساعة
    }
    [minutes] { $amount ->
        [zero] لحظة
        [one] دقيقة واحدة
        [two] دقيقتين
        [few] { $amount } دقائق
        [many] { $amount } دقيقة
       *[other] { $amount } دقيقة
    }
   *[seconds] { $amount ->
        [zero] لحظة
        [one] ثانية واحدة
        [two] ثانيتين
        [few] { $amount } ثوانٍ
        [many] { $amount } ثانية
       *[other] { $amount } ثانية
    }
}
limit-number = حصل هذا الرقم على أكبر عدد من الرموز يمكننا إرساله في الوقت الحالي. حاول مرة أخرى بعد { time-span }.
limit-address = طُلبت رموز كثيرة جدًا من شبكتك. حاول مرة أخرى بعد { time-span }.
limit-all = يطلب كثيرون رموزًا الآن. حاول مرة أخرى بعد { time-span }.
limit-unverified = تُطلب رموز كثيرة جدًا الآن. حاول مرة أخرى بعد { time-span }.
wrong-codes-send = أُدخلت رموز خاطئة كثيرة جدًا لهذا الرقم، لذلك لم نرسل رمزًا جديدًا. حاول مرة أخرى بعد { time-span }.
closed-send = أُدخلت رموز خاطئة كثيرة جدًا لهذا الرقم، لذلك لم نرسل رمزًا جديدًا. استخدم متصفحًا سجّلت الدخول فيه من قبل، أو اطلب المساعدة من القائمين على هذا الموقع.

## Why no further message can be had

resend-wait = يمكنك طلب رسالة أخرى بعد { time-span }.
resend-both-out = أرسلنا إليك رسالة واتصلنا بك. يمكنك طلب رمز جديد بعد { time-span }.
resend-used-up = كانت هذه آخر رسالة لتسجيل الدخول هذا. أدخل أحدث رمز، أو اضغط «تغيير» للبدء من جديد.
resend-too-late = أوشكت صلاحية هذا الرمز على الانتهاء. ارجع للحصول على رمز جديد.
resend-no-such-channel = لا نرسل الرموز بهذه الطريقة. اختر أحد الأزرار في هذه الصفحة.

## Why a code could not be checked

wrong-codes-try = أُدخلت رموز خاطئة كثيرة جدًا. حاول مرة أخرى بعد { time-span }.
closed-try = أُدخلت رموز خاطئة كثيرة جدًا لهذا الرقم، لذلك لم نتحقق من هذا الرمز. استخدم متصفحًا سجّلت الدخول فيه من قبل، أو اطلب المساعدة من القائمين على هذا الموقع.
check-fault = لم نتمكن من التحقق من رمزك. ما زال يعمل، لذلك حاول مرة أخرى بعد لحظة.
check-lost = لم نتمكن من معرفة ما إذا كان رمزك صحيحًا. حاول به مرة أخرى بعد لحظة.
check-unavailable = تسجيل الدخول بالهاتف غير متاح الآن، لذلك لم نتمكن من التحقق من رمزك. حاول مرة أخرى لاحقًا.
check-busy = يسجّل كثيرون الدخول الآن، ولم نتمكن من التحقق من رمزك. ما زال يعمل، لذلك حاول مرة أخرى بعد لحظة.
check-paused = { $seconds ->
    [zero] لا يمكننا التحقق من الرموز الآن. لم يُستخدم رمزك بعد، لذلك حاول مرة أخرى.
    [one] لا يمكننا التحقق من الرموز الآن. لم يُستخدم رمزك بعد، لذلك حاول مرة أخرى بعد ثانية واحدة.
    [two] لا يمكننا التحقق من الرموز الآن. لم يُستخدم رمزك بعد، لذلك حاول مرة أخرى بعد ثانيتين.
    [few] لا يمكننا التحقق من الرموز الآن. لم يُستخدم رمزك بعد، لذلك حاول مرة أخرى بعد { $seconds } ثوانٍ.
    [many] لا يمكننا التحقق من الرموز الآن. لم يُستخدم رمزك بعد، لذلك حاول مرة أخرى بعد { $seconds } ثانية.
   *[other] لا يمكننا التحقق من الرموز الآن. لم يُستخدم رمزك بعد، لذلك حاول مرة أخرى بعد { $seconds } ثانية.
}
form-other-attempt = كان هذا النموذج لمحاولة سابقة، لذلك لم يحدث شيء. هذه الصفحة هي الحالية.
check-other-attempt = كان هذا النموذج لمحاولة سابقة، لذلك لم نتحقق من شيء. أدخل هنا الرمز الموجود في أحدث رسالة.

## Why a sign-in has ended

failed-too-many = كان الرمز خاطئًا مرات كثيرة جدًا، لذلك لم يعد يعمل. يمكنك طلب رمز جديد.
failed-expired = انتهت صلاحية الرمز أو استُخدم من قبل. يمكنك طلب رمز جديد.
failed-not-resent = لم نتمكن من إرسال رمز آخر إليك، ولم يعد القديم يعمل. يمكنك طلب رمز جديد.
failed-unclear = لم نتمكن من معرفة ما إذا كان رمزك صحيحًا، ولم يعد يعمل. يمكنك طلب رمز جديد.

## Shown once

notice-cancelled = ألغيت تسجيل الدخول. يمكنك البدء من جديد متى شئت.
notice-change = غيّر رقمك، ثم اطلب رمزًا جديدًا.
notice-signed-out = تم تسجيل خروجك.
notice-expired = انتهت صلاحية الرمز. تحقق من رقمك، ثم اطلب رمزًا جديدًا.
notice-session-ended = تم تسجيل خروج ذلك المتصفح.
notice-others-ended = تم تسجيل خروجك من كل مكان آخر.
notice-resumed = أرسلنا رمزًا إلى هذا الرقم من قبل، وما زال يعمل.
notice-not-sent = لم نتمكن من إرسال رمز إليك. تحقق من رقمك، ثم حاول مرة أخرى.
notice-not-resent = لم نتمكن من إرسال رمز آخر إليك، ولم يعد القديم يعمل. تحقق من رقمك، ثم حاول مرة أخرى.
notice-taken-over = طلب شخص رمزًا للرقم نفسه في متصفح آخر، لذلك لم يعد رمزك يعمل. اطلب رمزًا جديدًا هنا.
notice-in-doubt = ربما أرسلنا إليك رمزًا، لكننا لسنا متأكدين. انتظر نصف دقيقة، ثم اطلبه مرة أخرى.

## Pages for all other trouble

error-home = العودة إلى تسجيل الدخول
error-trace = إذا أبلغت عن هذا، فاذكر { $code }.
error-forbidden-headline = لم يأتِ هذا النموذج من هذا الموقع
error-forbidden-advice = حفاظًا على سلامتك، لا تعمل هنا إلا نماذج هذا الموقع. ارجع إلى تسجيل الدخول وحاول من هناك.
error-not-found-headline = لا توجد صفحة كهذه
error-not-found-advice = تحقق من العنوان، أو ارجع إلى تسجيل الدخول.
error-method-headline = لا يعمل هذا هنا
error-method-advice = ارجع إلى تسجيل الدخول واتبع الخطوات من هناك.
error-too-large-headline = كان هذا أكثر من اللازم
error-too-large-advice = أرسلت أكثر مما يمكننا قبوله. ارجع، وأدخل رقمك أو رمزك فقط.
error-media-type-headline = لم نتمكن من قراءة ذلك
error-media-type-advice = أُرسل بصيغة لا نعرفها. استخدم النموذج الموجود في صفحتنا.
error-form-headline = لم نتمكن من قراءة هذا النموذج
error-form-advice = كان جزء منه ناقصًا أو تالفًا. ارجع، وحدّث الصفحة، وحاول مرة أخرى.
error-host-headline = لهذا الموقع عنوان آخر
error-host-advice = استخدم العنوان الذي أُعطي لك. إذا كان هذا موقعك: اضبط PUBLIC_URL على العنوان الذي يكتبه الزوار.
error-throttled-headline = كان هذا سريعًا أكثر من اللازم
error-throttled-advice = وصلتنا منك طلبات كثيرة جدًا. انتظر دقيقة، ثم حاول مرة أخرى.
error-internal-headline = حدث خطأ من جهتنا
error-internal-advice = لم يكن بسببك. حاول مرة أخرى بعد لحظة.
error-unavailable-headline = سنعود قريبًا
error-unavailable-advice = تسجيل الدخول غير متاح الآن. حاول مرة أخرى بعد بضع دقائق.
error-timeout-headline = استغرق هذا وقتًا طويلًا جدًا
error-timeout-advice = توقفنا عن انتظار الجواب. حاول مرة أخرى بعد لحظة.
error-forwarded-headline = المحاكي لهذا الجهاز فقط
error-forwarded-advice = جاء هذا الطلب عبر وسيط أو من موقع آخر، ويمكن لأي أحد أن يقرأ رموز المحاكي هناك. إذا كان هذا موقعك: اضبط بيانات خدمة الرسائل، أو شغّله مع ⁨--simulator⁩ إذا كان هذا ما تريده.
error-loop-headline = تم تسجيل دخولك، لكن الموقع لا يرى ذلك
error-loop-domain = أعادك إلى هنا مرارًا. أخبر القائمين عليه من فضلك. إذا كان هذا موقعك: لا يشمل COOKIE_DOMAIN عنوانه، لذلك لا يصله ملف تعريف الارتباط الذي يبيّن من أنت.
error-loop-not-secure = أعادك إلى هنا مرارًا. افتح عنوانه مع ⁨https://⁩ في البداية. إذا كان هذا موقعك: قدّمه عبر https فقط، لأن ملف تعريف الارتباط الذي يبيّن من أنت لا يُرسل إلا هكذا.
error-loop-unclear = أعادك إلى هنا مرارًا. أخبر القائمين عليه من فضلك. إذا كان هذا موقعك: تأكد من أن الوسيط يمرّر ملفات تعريف الارتباط إلى هذا الخادم، ومن أن ساعات جميع الخوادم متفقة.
error-loop-other-cookies = يحتفظ متصفحك بملفات تعريف ارتباط قديمة لهذا الموقع تعيق الملف الجديد. احذفها، ثم سجّل الدخول مرة أخرى.
error-loop-no-cookie = لم يحتفظ متصفحك بملف تعريف الارتباط الذي يبيّن من أنت. اسمح بملفات تعريف الارتباط لهذا الموقع، ثم سجّل الدخول مرة أخرى.

## A page of another site that needs a sign-in

unauthorized-title = سجّل الدخول للمتابعة
unauthorized-lead = لم تسجّل الدخول، أو انتهى تسجيل دخولك. إذا كنت قد أرسلت نموذجًا للتو، فإنه لم يصل: سجّل الدخول، وارجع إليه، وأرسله مرة أخرى.
unauthorized-link = تسجيل الدخول

## A visitor’s sessions

sessions-title = أجهزتك
sessions-lead = هذه الأجهزة مسجّلة الدخول بالرقم { $phone }.
sessions-here = هذا الجهاز
sessions-device = { $browser } على { $system }
sessions-browser = { $browser }
sessions-system = متصفح غير معروف على { $system }
sessions-unknown = متصفح غير معروف
sessions-address = من { $address }
sessions-now = سُجّل الدخول الآن
sessions-minutes = { $count ->
    [zero] سُجّل الدخول الآن
    [one] سُجّل الدخول قبل دقيقة واحدة
    [two] سُجّل الدخول قبل دقيقتين
    [few] سُجّل الدخول قبل { $count } دقائق
    [many] سُجّل الدخول قبل { $count } دقيقة
   *[other] سُجّل الدخول قبل { $count } دقيقة
}
sessions-hours = { $count ->
    [zero] سُجّل الدخول الآن
    [one] سُجّل الدخول قبل ساعة واحدة
    [two] سُجّل الدخول قبل ساعتين
    [few] سُجّل الدخول قبل { $count } ساعات
    [many] سُجّل الدخول قبل { $count } ساعة
   *[other] سُجّل الدخول قبل { $count } ساعة
}
sessions-days = { $count ->
    [zero] سُجّل الدخول اليوم
    [one] سُجّل الدخول قبل يوم واحد
    [two] سُجّل الدخول قبل يومين
    [few] سُجّل الدخول قبل { $count } أيام
    [many] سُجّل الدخول قبل { $count } يومًا
   *[other] سُجّل الدخول قبل { $count } يوم
}
sessions-end = تسجيل الخروج هناك
sessions-end-others = تسجيل الخروج من كل مكان آخر
sessions-back = رجوع

## Countries, in the order in which they are listed

country-IS = آيسلندا
country-ET = إثيوبيا
country-AZ = أذربيجان
country-AM = أرمينيا
country-AW = أروبا
country-ER = إريتريا
country-ES = إسبانيا
country-AU = أستراليا
country-EE = إستونيا
country-IL = إسرائيل
country-SZ = إسواتيني
country-AF = أفغانستان
country-AR = الأرجنتين
country-JO = الأردن
country-IO = الإقليم البريطاني في المحيط الهندي
country-EC = الإكوادور
country-AE = الإمارات العربية المتحدة
country-AL = ألبانيا
country-BH = البحرين
country-BR = البرازيل
country-PT = البرتغال
country-BA = البوسنة والهرسك
country-CZ = التشيك
country-ME = الجبل الأسود
country-DZ = الجزائر
country-DK = الدانمرك
country-CV = الرأس الأخضر
country-SV = السلفادور
country-SN = السنغال
country-SD = السودان
country-SE = السويد
country-EH = الصحراء الغربية
country-SO = الصومال
country-CN = الصين
country-IQ = العراق
country-GA = الغابون
country-VA = الفاتيكان
country-PH = الفلبين
country-CM = الكاميرون
country-CG = الكونغو - برازافيل
country-CD = الكونغو - كينشاسا
country-KW = الكويت
country-DE = ألمانيا
country-MA = المغرب
country-MX = المكسيك
country-SA = المملكة العربية السعودية
country-GB = المملكة المتحدة
country-NO = النرويج
country-AT = النمسا
country-NE = النيجر
country-IN = الهند
country-US = الولايات المتحدة
country-JP = اليابان
country-YE = اليمن
country-GR = اليونان
country-AG = أنتيغوا وبربودا
country-AD = أندورا
country-ID = إندونيسيا
country-AO = أنغولا
country-AI = أنغويلا
country-UY = أورغواي
country-UZ = أوزبكستان
country-UG = أوغندا
country-UA = أوكرانيا
country-IR = إيران
country-IE = أيرلندا
country-IT = إيطاليا
country-PG = بابوا غينيا الجديدة
country-PY = باراغواي
country-PK = باكستان
country-PW = بالاو
country-BB = بربادوس
country-BM = برمودا
country-BN = بروناي
country-BE = بلجيكا
country-BG = بلغاريا
country-BZ = بليز
country-BD = بنغلاديش
country-PA = بنما
country-BJ = بنين
country-BT = بوتان
country-BW = بوتسوانا
country-PR = بورتوريكو
country-BF = بوركينا فاسو
country-BI = بوروندي
country-PL = بولندا
country-BO = بوليفيا
country-PF = بولينيزيا الفرنسية
country-PE = بيرو
country-BY = بيلاروس
country-TH = تايلاند
country-TW = تايوان
country-TM = تركمانستان
country-TR = تركيا
country-TA = تريستان دا كونا
country-TT = ترينيداد وتوباغو
country-TD = تشاد
country-CL = تشيلي
country-TZ = تنزانيا
country-TG = توغو
country-TV = توفالو
country-TK = توكيلاو
country-TN = تونس
country-TO = تونغا
country-TL = تيمور - ليشتي
country-JM = جامايكا
country-GI = جبل طارق
country-AX = جزر آلاند
country-BS = جزر البهاما
country-KM = جزر القمر
country-MQ = جزر المارتينيك
country-MV = جزر المالديف
country-TC = جزر توركس وكايكوس
country-SB = جزر سليمان
country-FO = جزر فارو
country-FK = جزر فوكلاند
country-VI = جزر فيرجن الأمريكية
country-VG = جزر فيرجن البريطانية
country-KY = جزر كايمان
country-CK = جزر كوك
country-CC = جزر كوكوس (كيلينغ)
country-MH = جزر مارشال
country-MP = جزر ماريانا الشمالية
country-WF = جزر والس وفوتونا
country-AC = جزيرة أسينشيون
country-CX = جزيرة كريسماس
country-IM = جزيرة مان
country-NF = جزيرة نورفولك
country-CF = جمهورية أفريقيا الوسطى
country-DO = جمهورية الدومينيكان
country-ZA = جنوب أفريقيا
country-SS = جنوب السودان
country-GE = جورجيا
country-DJ = جيبوتي
country-JE = جيرسي
country-DM = دومينيكا
country-RW = رواندا
country-RU = روسيا
country-RO = رومانيا
country-RE = روينيون
country-ZM = زامبيا
country-ZW = زيمبابوي
country-CI = ساحل العاج
country-WS = ساموا
country-AS = ساموا الأمريكية
country-BL = سان بارتليمي
country-PM = سان بيير ومكويلون
country-MF = سان مارتن
country-SM = سان مارينو
country-VC = سانت فنسنت وجزر غرينادين
country-KN = سانت كيتس ونيفيس
country-LC = سانت لوسيا
country-SX = سانت مارتن
country-SH = سانت هيلينا
country-ST = ساو تومي وبرينسيبي
country-LK = سريلانكا
country-SJ = سفالبارد وجان ماين
country-SK = سلوفاكيا
country-SI = سلوفينيا
country-SG = سنغافورة
country-SY = سوريا
country-SR = سورينام
country-CH = سويسرا
country-SL = سيراليون
country-SC = سيشل
country-RS = صربيا
country-TJ = طاجيكستان
country-OM = عُمان
country-GM = غامبيا
country-GH = غانا
country-GD = غرينادا
country-GL = غرينلاند
country-GT = غواتيمالا
country-GP = غوادلوب
country-GU = غوام
country-GF = غويانا الفرنسية
country-GY = غيانا
country-GG = غيرنزي
country-GN = غينيا
country-GQ = غينيا الاستوائية
country-GW = غينيا بيساو
country-VU = فانواتو
country-FR = فرنسا
country-PS = فلسطين
country-VE = فنزويلا
country-FI = فنلندا
country-VN = فيتنام
country-FJ = فيجي
country-CY = قبرص
country-QA = قطر
country-KG = قيرغيزستان
country-KZ = كازاخستان
country-NC = كاليدونيا الجديدة
country-HR = كرواتيا
country-KH = كمبوديا
country-CA = كندا
country-CU = كوبا
country-CW = كوراساو
country-KR = كوريا الجنوبية
country-KP = كوريا الشمالية
country-CR = كوستاريكا
country-XK = كوسوفو
country-CO = كولومبيا
country-KI = كيريباتي
country-KE = كينيا
country-LV = لاتفيا
country-LA = لاوس
country-LB = لبنان
country-LU = لوكسمبورغ
country-LY = ليبيا
country-LR = ليبيريا
country-LT = ليتوانيا
country-LI = ليختنشتاين
country-LS = ليسوتو
country-MT = مالطا
country-ML = مالي
country-MY = ماليزيا
country-YT = مايوت
country-MG = مدغشقر
country-EG = مصر
country-MK = مقدونيا الشمالية
country-MO = مكاو
country-MW = ملاوي
country-MN = منغوليا
country-MR = موريتانيا
country-MU = موريشيوس
country-MZ = موزمبيق
country-MD = مولدوفا
country-MC = موناكو
country-MS = مونتسرات
country-MM = ميانمار (بورما)
country-FM = ميكرونيزيا
country-NA = ناميبيا
country-NR = ناورو
country-NP = نيبال
country-NG = نيجيريا
country-NI = نيكاراغوا
country-NZ = نيوزيلندا
country-NU = نيوي
country-HT = هايتي
country-HN = هندوراس
country-HU = هنغاريا
country-NL = هولندا
country-BQ = هولندا الكاريبية
country-HK = هونغ كونغ
