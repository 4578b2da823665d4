# Every sentence a visitor reads. Say what happened, then what to do; no jargon, no blame.

## On every page

simulator-note = Simulator: no real messages are sent.
simulator-link = Open the simulated phone
new-tab = (opens in a new tab)
error-prefix = Error:
# What search engines and messengers show of the page.
description = Sign in to { $site } with your phone number. You do not need a password.
# Said while a form is under way.
sending = Sending…
checking = Checking…
sending-slow = This takes longer than usual. Please wait.
offline = You are offline, so nothing was sent. Nothing you typed is lost: try again once you are connected.
footer-privacy = Privacy
footer-terms = Terms
footer-help = Help
footer-language = Language
onward = After that you go on to { $site }.

## The phone form

index-title = Sign in to { $site }
index-lead = We will text you a code. You do not need a password.
index-lead-voice = We will call you and say a code. You do not need a password.
index-label = Mobile number
index-country = Country
index-country-none = Choose your country
# Behind the name of each country in the list. The marks keep the plus in its place in languages that are written from right
# to left.
index-code = {"\u2066"}+{ $code }{"\u2069"}
index-remember = Remember my number on this device
index-consent = We send one text. Your phone company may charge for it.
index-consent-voice = We make one call. Your phone company may charge for it.
index-risk = Never share the code with anyone.
index-submit = Text me a code
index-submit-voice = Call me with a code
# To somebody who is signed in, on the way to a page that asks for more.
index-again = You are signed in. For the page that you are going to, please enter a new code first.

## The code form

verify-title = Enter your code
verify-lead-sms = We texted a { $length }-digit code to { $phone }.
verify-lead-voice = We are calling { $phone } with your { $length }-digit code.
# Where only some numbers may sign in. Nobody is told which.
verify-lead-sms-listed = If this number may sign in here, we texted a { $length }-digit code to { $phone }.
verify-lead-voice-listed = If this number may sign in here, we are calling { $phone } with a { $length }-digit code.
verify-label = Code
verify-auto = You are signed in as soon as all digits are there.
verify-submit = Sign in
verify-change = Change
verify-lifetime = The code works for { $time }.
verify-newest = Only the code in the newest message works.
verify-risk = Nobody from { $site } will ever ask for it.
expired-title = This code has expired
expired-lead = We can send a new one to { $phone }.

again-lead-sms = No text after a minute? Check that your phone has a signal.
again-lead-voice = No call after a minute? Check that your phone has a signal.
again-lead-failed = We could not send it again just now. The code you have still works.
again-sms = Send again
again-sms-instead = Text me instead
again-voice = Call me again
again-voice-instead = Call me instead
again-over = You can ask for a new code now.
again-wait = You can get another one in { $time }.
again-ready = You can get another one now.
again-both-out = We have texted and called you. You can ask for a new code in { $time }.
again-used-up = That was the last message for this sign-in. To begin again, press Change above.
again-too-late = This code is about to expire. Go back to get a new one.

## While a code is sent again

resend-title-first = Sending your code
resend-title-sms = Sending a new message
resend-title-voice = Calling you
resend-first = We are about to send it to { $phone }.
resend-next = We are sending it to { $phone }.
resend-cancel = We are getting you a new code. The old one no longer works. It goes to { $phone }.
resend-start = The old code no longer works. The new one goes to { $phone }.
resend-in = It goes out in { $time }.
resend-now = It goes out now.
resend-reload = This page reloads by itself.
resend-link = Reload it now

## What became of a message

trouble-sms-failed = The text could not be delivered.
trouble-sms-rejected = Your phone or its network blocked the text.
trouble-sms-blocked = We cannot send text messages to this number.
trouble-voice-failed = The call did not get through.
trouble-voice-rejected = Nobody answered the call.
trouble-voice-blocked = We cannot call this number.
trouble-try-voice = We can call you instead.
trouble-try-sms = We can text you instead.
trouble-try-again = Check the number, or try once more.
trouble-try-number = Check the number, or use another phone.
status-out-of-date = Something has changed since you opened this page.
status-link = Show what is new

## How it ended

signed-in-title = You are signed in
signed-in-home = Continue to { $site }
signed-in-lead = You signed in with { $phone }.
signed-in-submit = Sign out
signed-in-sessions = Your devices
failed-title = You are not signed in
failed-same = Send me a new code
failed-link = Use another number
# An app's own sentence, to somebody whose code was right.
failed-denied = { $reason }
failed-app = Your code was right, but this site could not let you in just now. Start again in a few minutes.
sign-out-title = Sign out?
sign-out-lead = You are signed in with { $phone }.
sign-out-submit = Sign out
sign-out-everywhere = On all my devices, not only here
sign-out-stay = Stay signed in

## What can be wrong with a number

phone-empty = Enter your phone number.
phone-bad-character = Use only digits. Letters do not work here.
phone-no-country-code = Choose your country, or start with + and its code.
phone-unknown-country-code = No country has the code at the start of that number. Check the digits after the +.
phone-too-short = That number is too short. Check whether a digit is missing.
phone-too-long = That number is too long. Check whether there is a digit too many.
phone-invalid = There is no such phone number. Check each digit.
phone-fictional = That number is set aside for films and examples, so it cannot receive messages. Enter your own.
phone-extension = Leave out the extension: a text message cannot reach one.
phone-not-accepted = Our message service does not recognise that number. Check each digit.
phone-not-routable = We cannot reach that number. Check it, or use another phone.
phone-blocked = We cannot send codes to that number. Use another phone, or another way to sign in.
phone-unsupported = We cannot send codes to that country or phone network. Use another phone, or another way to sign in.
phone-country-refused = We do not send codes to that country. Use a number from another country, or another way to sign in.
phone-extra-cost = Calls and messages to that number cost extra, so we do not send codes to it. Enter a mobile number.
phone-landline = That is a landline, and a text message does not reach it. Enter a mobile number.
phone-voip = That is an internet phone number, and we do not send codes to those. Enter a mobile number.
phone-not-mobile = That kind of number cannot receive our text messages. Enter a mobile number.
phone-not-approved = This service is still being tested and can only send codes to numbers that were approved beforehand. This is not one of them.

## What can be wrong with a code

pin-empty = Enter the code that we sent you.
pin-not-digits = A code has digits only. Check the message, and leave out everything else.
pin-length = { $expected ->
    [one] The code has one digit. Check the message.
   *[other] The code has { $expected } digits. Check the message.
}
pin-wrong = { $left ->
    [one] That is not the code we sent. You have one try left.
   *[other] That is not the code we sent. You have { $left } tries left.
}
pin-wrong-again = That is not the code we sent. Check the newest message, and try again.
pin-wrong-wait = That is not the code we sent. Wait { time-span }, then try again.
pin-not-yet = Your code is still on its way. Enter it when the message has arrived.

## Why no code could be sent

send-cookies = Your browser blocks cookies, so we could not send a code. Allow cookies for this site and try again.
send-unavailable = Phone sign-in is unavailable right now, and no code was sent. Please try again later.
send-country-unavailable = We cannot send codes to numbers of that country right now. Please try again later.
send-fault = We could not send your code. Nothing was sent, so please try again in a moment.
send-paused = { $seconds ->
    [one] Our message service is not working properly, so no code was sent. Please try again in one second.
   *[other] Our message service is not working properly, so no code was sent. Please try again in { $seconds } seconds.
}
send-in-doubt = We may have sent you a code, but we cannot be sure. Wait { time-span }, then ask for it again.
send-busy = { $seconds ->
    [one] Many people are signing in right now, and no code was sent. Please try again in one second.
   *[other] Many people are signing in right now, and no code was sent. Please try again in { $seconds } seconds.
}
send-running = You already asked for a code on another device. Enter it there, or ask again here in { time-span }.
send-ending = An earlier code still keeps this number busy. You can ask for a new one in { time-span }.

## When more codes are asked for than we send

time-span = { $unit ->
    [hours] { $amount ->
        [one] one hour
       *[other] { $amount } hours
    }
    [minutes] { $amount ->
        [one] one minute
       *[other] { $amount } minutes
    }
   *[seconds] { $amount ->
        [one] one second
       *[other] { $amount } seconds
    }
}
limit-number = This number has had as many codes as we can send for now. Try again in { time-span }.
limit-address = Too many codes were requested from your network. Try again in { time-span }.
limit-all = Too many people are requesting codes right now. Try again in { time-span }.
limit-unverified = Too many codes are being requested right now. Try again in { time-span }.
wrong-codes-send = Too many wrong codes were typed for this number, so we did not send a new one. Try again in { time-span }.
closed-send = Too many wrong codes were typed for this number, so we did not send a new one. Use a browser in which you have signed in before, or ask the people behind this site for help.

## Why no further message can be had

resend-wait = You can ask for another message in { time-span }.
resend-both-out = We have texted and called you. You can ask for a new code in { time-span }.
resend-used-up = That was the last message for this sign-in. Enter the newest code, or press Change to begin again.
resend-too-late = This code is about to expire. Go back to get a new one.
resend-no-such-channel = We do not send codes that way. Choose one of the buttons on this page.

## Why a code could not be checked

wrong-codes-try = Too many wrong codes were typed. Wait { time-span }, then try again.
closed-try = Too many wrong codes were typed for this number, so this one was not checked. Use a browser in which you have signed in before, or ask the people behind this site for help.
check-fault = We could not check your code. It still works, so please try again in a moment.
check-lost = We could not find out whether your code is right. Please try it again in a moment.
check-unavailable = Phone sign-in is unavailable right now, so we could not check your code. Please try again later.
check-busy = Many people are signing in right now, and we could not check your code. It still works, so please try again in a moment.
check-paused = { $seconds ->
    [one] We cannot check codes right now. Yours has not been used up, so please try again in one second.
   *[other] We cannot check codes right now. Yours has not been used up, so please try again in { $seconds } seconds.
}
form-other-attempt = You sent a form from an earlier attempt, so nothing was done. This page is the current one.
check-other-attempt = You sent a form from an earlier attempt, so nothing was checked. Enter the code from the newest message here.

## Why a sign-in has ended

failed-too-many = The code was wrong too many times, so it no longer works. You can ask for a new one.
failed-expired = The code has expired or was used already. You can ask for a new one.
failed-not-resent = We could not send you another code, and the earlier one no longer works. You can ask for a new one.
failed-unclear = We could not find out whether your code was right, and it no longer works. You can ask for a new one.

## Shown once

notice-cancelled = You cancelled signing in. Start again whenever you like.
notice-change = Change your number, then ask for a new code.
notice-signed-out = You are signed out.
notice-expired = The code has expired. Check your number, then ask for a new one.
notice-session-ended = That browser is signed out.
notice-others-ended = You are signed out everywhere else.
notice-resumed = We already sent a code to this number, and it still works.
notice-not-sent = We could not send you a code. Check your number, then try again.
notice-not-resent = We could not send you another code, and the old one no longer works. Check your number, then try again.
notice-taken-over = Somebody asked for a code to the same number in another browser, so yours no longer works. Ask for a new one here.
notice-in-doubt = We may have sent you a code, but we cannot be sure. Wait half a minute, then ask again.

## Pages for all other trouble

error-home = Back to sign-in
error-trace = If you report this, please mention { $code }.
error-forbidden-headline = That form did not come from this site
error-forbidden-advice = To keep you safe, only forms of this site work here. Go back to sign-in and try again there.
error-not-found-headline = There is no such page
error-not-found-advice = Check the address, or go back to sign-in.
error-method-headline = That does not work here
error-method-advice = Go back to sign-in and follow the steps from there.
error-too-large-headline = That was too much
error-too-large-advice = You sent more than we can take. Go back, and enter only your number or your code.
error-media-type-headline = We could not read that
error-media-type-advice = It was sent in a form we do not know. Use the form on our page.
error-form-headline = We could not read that form
error-form-advice = A part of it was missing or damaged. Go back, reload the page and try once more.
error-host-headline = This site has another address
error-host-advice = Use the address you were given. If this is your site: set PUBLIC_URL to the address that visitors type.
error-throttled-headline = That was a little too fast
error-throttled-advice = We had too many requests from you. Wait a minute, then try again.
error-internal-headline = Something went wrong on our side
error-internal-advice = It was nothing you did. Please try again in a moment.
error-unavailable-headline = We will be back soon
error-unavailable-advice = Sign-in is not available right now. Please try again in a few minutes.
error-timeout-headline = That took too long
error-timeout-advice = We stopped waiting for an answer. Please try again in a moment.
error-forwarded-headline = The simulator is for this machine only
error-forwarded-advice = This request came through a proxy or from another site, and anyone could read the simulator’s codes there. If this is your site: set the credentials of your message service, or start with --simulator if that is what you want.
error-loop-headline = You are signed in, but the site does not see it
error-loop-domain = It sent you back here again and again. Please tell whoever runs it. If this is your site: its address is not covered by COOKIE_DOMAIN, so it never gets the cookie that says who you are.
error-loop-not-secure = It sent you back here again and again. Open its address with https:// at the start. If this is your site: serve it by https only, because the cookie that says who you are is sent by nothing else.
error-loop-unclear = It sent you back here again and again. Please tell whoever runs it. If this is your site: see that its proxy passes cookies on to this server, and that the clocks of all servers agree.
error-loop-other-cookies = Your browser keeps old cookies of this site that get in the way of the new one. Delete the cookies of this site, then sign in again.
error-loop-no-cookie = Your browser did not keep the cookie that says who you are. Allow cookies for this site, then sign in again.

## A page of another site that needs a sign-in

unauthorized-title = Sign in to go on
unauthorized-lead = You are not signed in, or no longer are. If you just sent a form, it did not arrive: sign in, go back to it, and send it again.
unauthorized-link = Sign in

## A visitor’s sessions

sessions-title = Your devices
sessions-lead = These devices are signed in with { $phone }.
sessions-here = This device
sessions-device = { $browser } on { $system }
sessions-browser = { $browser }
sessions-system = Unknown browser on { $system }
sessions-unknown = Unknown browser
sessions-address = From { $address }
sessions-now = Signed in just now
sessions-minutes = { $count ->
    [one] Signed in one minute ago
   *[other] Signed in { $count } minutes ago
}
sessions-hours = { $count ->
    [one] Signed in one hour ago
   *[other] Signed in { $count } hours ago
}
sessions-days = { $count ->
    [one] Signed in one day ago
   *[other] Signed in { $count } days ago
}
sessions-end = Sign out there
sessions-end-others = Sign out everywhere else
sessions-back = Back

## Countries, in the order in which they are listed

country-AF = Afghanistan
country-AX = Åland Islands
country-AL = Albania
country-DZ = Algeria
country-AS = American Samoa
country-AD = Andorra
country-AO = Angola
country-AI = Anguilla
country-AG = Antigua & Barbuda
country-AR = Argentina
country-AM = Armenia
country-AW = Aruba
country-AC = Ascension Island
country-AU = Australia
country-AT = Austria
country-AZ = Azerbaijan
country-BS = Bahamas
country-BH = Bahrain
country-BD = Bangladesh
country-BB = Barbados
country-BY = Belarus
country-BE = Belgium
country-BZ = Belize
country-BJ = Benin
country-BM = Bermuda
country-BT = Bhutan
country-BO = Bolivia
country-BA = Bosnia & Herzegovina
country-BW = Botswana
country-BR = Brazil
country-IO = British Indian Ocean Territory
country-VG = British Virgin Islands
country-BN = Brunei
country-BG = Bulgaria
country-BF = Burkina Faso
country-BI = Burundi
country-KH = Cambodia
country-CM = Cameroon
country-CA = Canada
country-CV = Cape Verde
country-BQ = Caribbean Netherlands
country-KY = Cayman Islands
country-CF = Central African Republic
country-TD = Chad
country-CL = Chile
country-CN = China
country-CX = Christmas Island
country-CC = Cocos (Keeling) Islands
country-CO = Colombia
country-KM = Comoros
country-CG = Congo - Brazzaville
country-CD = Congo - Kinshasa
country-CK = Cook Islands
country-CR = Costa Rica
country-CI = Côte d’Ivoire
country-HR = Croatia
country-CU = Cuba
country-CW = Curaçao
country-CY = Cyprus
country-CZ = Czechia
country-DK = Denmark
country-DJ = Djibouti
country-DM = Dominica
country-DO = Dominican Republic
country-EC = Ecuador
country-EG = Egypt
country-SV = El Salvador
country-GQ = Equatorial Guinea
country-ER = Eritrea
country-EE = Estonia
country-SZ = Eswatini
country-ET = Ethiopia
country-FK = Falkland Islands
country-FO = Faroe Islands
country-FJ = Fiji
country-FI = Finland
country-FR = France
country-GF = French Guiana
country-PF = French Polynesia
country-GA = Gabon
country-GM = Gambia
country-GE = Georgia
country-DE = Germany
country-GH = Ghana
country-GI = Gibraltar
country-GR = Greece
country-GL = Greenland
country-GD = Grenada
country-GP = Guadeloupe
country-GU = Guam
country-GT = Guatemala
country-GG = Guernsey
country-GN = Guinea
country-GW = Guinea-Bissau
country-GY = Guyana
country-HT = Haiti
country-HN = Honduras
country-HK = Hong Kong
country-HU = Hungary
country-IS = Iceland
country-IN = India
country-ID = Indonesia
country-IR = Iran
country-IQ = Iraq
country-IE = Ireland
country-IM = Isle of Man
country-IL = Israel
country-IT = Italy
country-JM = Jamaica
country-JP = Japan
country-JE = Jersey
country-JO = Jordan
country-KZ = Kazakhstan
country-KE = Kenya
country-KI = Kiribati
country-XK = Kosovo
country-KW = Kuwait
country-KG = Kyrgyzstan
country-LA = Laos
country-LV = Latvia
country-LB = Lebanon
country-LS = Lesotho
country-LR = Liberia
country-LY = Libya
country-LI = Liechtenstein
country-LT = Lithuania
country-LU = Luxembourg
country-MO = Macao
country-MG = Madagascar
country-MW = Malawi
country-MY = Malaysia
country-MV = Maldives
country-ML = Mali
country-MT = Malta
country-MH = Marshall Islands
country-MQ = Martinique
country-MR = Mauritania
country-MU = Mauritius
country-YT = Mayotte
country-MX = Mexico
country-FM = Micronesia
country-MD = Moldova
country-MC = Monaco
country-MN = Mongolia
country-ME = Montenegro
country-MS = Montserrat
country-MA = Morocco
country-MZ = Mozambique
country-MM = Myanmar (Burma)
country-NA = Namibia
country-NR = Nauru
country-NP = Nepal
country-NL = Netherlands
country-NC = New Caledonia
country-NZ = New Zealand
country-NI = Nicaragua
country-NE = Niger
country-NG = Nigeria
country-NU = Niue
country-NF = Norfolk Island
country-KP = North Korea
country-MK = North Macedonia
country-MP = Northern Mariana Islands
country-NO = Norway
country-OM = Oman
country-PK = Pakistan
country-PW = Palau
country-PS = Palestine
country-PA = Panama
country-PG = Papua New Guinea
country-PY = Paraguay
country-PE = Peru
country-PH = Philippines
country-PL = Poland
country-PT = Portugal
country-PR = Puerto Rico
country-QA = Qatar
country-RE = Réunion
country-RO = Romania
country-RU = Russia
country-RW = Rwanda
country-WS = Samoa
country-SM = San Marino
country-ST = São Tomé & Príncipe
country-SA = Saudi Arabia
country-SN = Senegal
country-RS = Serbia
country-SC = Seychelles
country-SL = Sierra Leone
country-SG = Singapore
country-SX = Sint Maarten
country-SK = Slovakia
country-SI = Slovenia
country-SB = Solomon Islands
country-SO = Somalia
country-ZA = South Africa
country-KR = South Korea
country-SS = South Sudan
country-ES = Spain
country-LK = Sri Lanka
country-BL = St. Barthélemy
country-SH = St. Helena
country-KN = St. Kitts & Nevis
country-LC = St. Lucia
country-MF = St. Martin
country-PM = St. Pierre & Miquelon
country-VC = St. Vincent & Grenadines
country-SD = Sudan
country-SR = Suriname
country-SJ = Svalbard & Jan Mayen
country-SE = Sweden
country-CH = Switzerland
country-SY = Syria
country-TW = Taiwan
country-TJ = Tajikistan
country-TZ = Tanzania
country-TH = Thailand
country-TL = Timor-Leste
country-TG = Togo
country-TK = Tokelau
country-TO = Tonga
country-TT = Trinidad & Tobago
country-TA = Tristan da Cunha
country-TN = Tunisia
country-TR = Türkiye
country-TM = Turkmenistan
country-TC = Turks & Caicos Islands
country-TV = Tuvalu
country-VI = U.S. Virgin Islands
country-UG = Uganda
country-UA = Ukraine
country-AE = United Arab Emirates
country-GB = United Kingdom
country-US = United States
country-UY = Uruguay
country-UZ = Uzbekistan
country-VU = Vanuatu
country-VA = Vatican City
country-VE = Venezuela
country-VN = Vietnam
country-WF = Wallis & Futuna
country-EH = Western Sahara
country-YE = Yemen
country-ZM = Zambia
country-ZW = Zimbabwe
