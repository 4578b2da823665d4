# Jeder Satz, den ein Besucher liest, auf Deutsch. Die Schlüssel und ihre Argumente sind die von en.ftl.

## On every page

simulator-note = Simulator: Es werden keine echten Nachrichten verschickt.
simulator-link = Simuliertes Telefon öffnen
new-tab = (öffnet sich in einem neuen Tab)
error-prefix = Fehler:
description = Melden Sie sich mit Ihrer Telefonnummer bei { $site } an. Sie brauchen kein Passwort.
sending = Wird gesendet …
checking = Wird geprüft …
sending-slow = Das dauert länger als sonst. Bitte warten Sie.
offline = Sie sind offline, deshalb wurde nichts gesendet. Ihre Eingabe ist noch da: Versuchen Sie es noch einmal, sobald Sie wieder verbunden sind.
footer-privacy = Datenschutz
footer-terms = Nutzungsbedingungen
footer-help = Hilfe
footer-language = Sprache
onward = Danach geht es weiter zu { $site }.

## The phone form

index-title = Bei { $site } anmelden
index-lead = Wir schicken Ihnen einen Code per SMS. Sie brauchen kein Passwort.
index-lead-voice = Wir rufen Sie an und sagen Ihnen einen Code. Sie brauchen kein Passwort.
index-label = Handynummer
index-country = Land
index-country-none = Land auswählen
index-code = {"\u2066"}+{ $code }{"\u2069"}
index-remember = Nummer auf diesem Gerät merken
index-consent = Wir schicken eine einzige SMS. Ihr Anbieter kann dafür etwas berechnen.
index-consent-voice = Wir rufen ein einziges Mal an. Ihr Anbieter kann dafür etwas berechnen.
index-risk = Geben Sie den Code an niemanden weiter.
index-submit = Code per SMS schicken
index-submit-voice = Code per Anruf bekommen
index-again = Sie sind angemeldet. Für die nächste Seite geben Sie bitte noch einmal einen Code ein.

## The code form

verify-title = Code eingeben
verify-lead-sms = Wir haben einen Code mit { $length } Ziffern an { $phone } geschickt.
verify-lead-voice = Wir rufen { $phone } an und sagen Ihnen einen Code mit { $length } Ziffern.
verify-lead-sms-listed = Wenn diese Nummer sich hier anmelden darf, haben wir einen Code mit { $length } Ziffern an { $phone } geschickt.
verify-lead-voice-listed = Wenn diese Nummer sich hier anmelden darf, rufen wir { $phone } an und sagen Ihnen einen Code mit { $length } Ziffern.
verify-label = Code
verify-auto = Sie werden angemeldet, sobald alle Ziffern da sind.
verify-submit = Anmelden
verify-change = Ändern
verify-lifetime = Der Code funktioniert noch { $time } Minuten.
verify-newest = Nur der Code aus der neuesten Nachricht funktioniert.
verify-risk = Niemand von { $site } wird Sie je danach fragen.
expired-title = Dieser Code ist abgelaufen
expired-lead = Wir können einen neuen an { $phone } schicken.

again-lead-sms = Nach einer Minute keine SMS? Prüfen Sie, ob Ihr Telefon Empfang hat.
again-lead-voice = Nach einer Minute kein Anruf? Prüfen Sie, ob Ihr Telefon Empfang hat.
again-lead-failed = Wir konnten ihn gerade nicht noch einmal schicken. Ihr bisheriger Code funktioniert weiter.
again-sms = Noch einmal senden
again-sms-instead = Lieber per SMS
again-voice = Noch einmal anrufen
again-voice-instead = Lieber per Anruf
again-over = Sie können jetzt einen neuen Code anfordern.
again-wait = In { $time } können Sie einen weiteren bekommen.
again-ready = Sie können jetzt einen weiteren bekommen.
again-both-out = Wir haben Ihnen geschrieben und Sie angerufen. In { $time } können Sie einen neuen Code anfordern.
again-used-up = Das war die letzte Nachricht für diese Anmeldung. Um neu zu beginnen, wählen Sie oben „Ändern“.
again-too-late = Dieser Code läuft gleich ab. Gehen Sie zurück, um einen neuen zu bekommen.

## While a code is sent again

resend-title-first = Ihr Code wird gesendet
resend-title-sms = Eine neue Nachricht wird gesendet
resend-title-voice = Wir rufen Sie an
resend-first = Wir schicken ihn gleich an { $phone }.
resend-next = Wir schicken ihn jetzt an { $phone }.
resend-cancel = Wir holen einen neuen Code für Sie. Der alte funktioniert nicht mehr. Der neue geht an { $phone }.
resend-start = Der alte Code funktioniert nicht mehr. Der neue geht an { $phone }.
resend-in = In { $time } geht er hinaus.
resend-now = Er geht jetzt hinaus.
resend-reload = Diese Seite lädt sich selbst neu.
resend-link = Jetzt neu laden

## What became of a message

trouble-sms-failed = Die SMS konnte nicht zugestellt werden.
trouble-sms-rejected = Ihr Telefon oder Ihr Netz hat die SMS blockiert.
trouble-sms-blocked = An diese Nummer können wir keine SMS schicken.
trouble-voice-failed = Der Anruf kam nicht durch.
trouble-voice-rejected = Niemand hat den Anruf angenommen.
trouble-voice-blocked = Diese Nummer können wir nicht anrufen.
trouble-try-voice = Wir können Sie stattdessen anrufen.
trouble-try-sms = Wir können Ihnen stattdessen eine SMS schicken.
trouble-try-again = Prüfen Sie die Nummer, oder versuchen Sie es noch einmal.
trouble-try-number = Prüfen Sie die Nummer, oder nehmen Sie ein anderes Telefon.
status-out-of-date = Seit Sie diese Seite geöffnet haben, hat sich etwas geändert.
status-link = Neues anzeigen

## How it ended

signed-in-title = Sie sind angemeldet
signed-in-home = Weiter zu { $site }
signed-in-lead = Sie haben sich mit { $phone } angemeldet.
signed-in-submit = Abmelden
signed-in-sessions = Ihre Geräte
failed-title = Sie sind nicht angemeldet
failed-same = Neuen Code schicken
failed-link = Andere Nummer verwenden
failed-denied = { $reason }
failed-app = Ihr Code war richtig, aber diese Seite konnte Sie gerade nicht einlassen. Versuchen Sie es in ein paar Minuten noch einmal.
sign-out-title = Abmelden?
sign-out-lead = Sie sind mit { $phone } angemeldet.
sign-out-submit = Abmelden
sign-out-everywhere = Auf allen meinen Geräten, nicht nur hier
sign-out-stay = Angemeldet bleiben

## What can be wrong with a number

phone-empty = Geben Sie Ihre Telefonnummer ein.
phone-bad-character = Verwenden Sie nur Ziffern. Buchstaben funktionieren hier nicht.
phone-no-country-code = Wählen Sie Ihr Land, oder beginnen Sie mit + und seiner Vorwahl.
phone-unknown-country-code = Kein Land hat die Vorwahl am Anfang dieser Nummer. Prüfen Sie die Ziffern nach dem +.
phone-too-short = Diese Nummer ist zu kurz. Prüfen Sie, ob eine Ziffer fehlt.
phone-too-long = Diese Nummer ist zu lang. Prüfen Sie, ob eine Ziffer zu viel ist.
phone-invalid = Diese Telefonnummer gibt es nicht. Prüfen Sie jede Ziffer.
phone-fictional = Diese Nummer ist für Filme und Beispiele reserviert und kann keine Nachrichten empfangen. Geben Sie Ihre eigene ein.
phone-extension = Lassen Sie die Durchwahl weg: Eine SMS kommt dort nicht an.
phone-not-accepted = Unser Nachrichtendienst kennt diese Nummer nicht. Prüfen Sie jede Ziffer.
phone-not-routable = Wir erreichen diese Nummer nicht. Prüfen Sie sie, oder nehmen Sie ein anderes Telefon.
phone-blocked = An diese Nummer können wir keine Codes schicken. Nehmen Sie ein anderes Telefon, oder melden Sie sich anders an.
phone-unsupported = In dieses Land oder Netz können wir keine Codes schicken. Nehmen Sie ein anderes Telefon, oder melden Sie sich anders an.
phone-country-refused = In dieses Land schicken wir keine Codes. Nehmen Sie eine Nummer aus einem anderen Land, oder melden Sie sich anders an.
phone-extra-cost = Anrufe und Nachrichten an diese Nummer kosten extra, deshalb schicken wir keine Codes dorthin. Geben Sie eine Handynummer ein.
phone-landline = Das ist ein Festnetzanschluss, und eine SMS kommt dort nicht an. Geben Sie eine Handynummer ein.
phone-voip = Das ist eine Internet-Telefonnummer, und an solche schicken wir keine Codes. Geben Sie eine Handynummer ein.
phone-not-mobile = Diese Art von Nummer kann unsere SMS nicht empfangen. Geben Sie eine Handynummer ein.
phone-not-approved = Dieser Dienst wird noch getestet und schickt Codes nur an Nummern, die vorher freigegeben wurden. Diese ist keine davon.

## What can be wrong with a code

pin-empty = Geben Sie den Code ein, den wir Ihnen geschickt haben.
pin-not-digits = Ein Code besteht nur aus Ziffern. Sehen Sie in der Nachricht nach, und lassen Sie alles andere weg.
pin-length = { $expected ->
    [one] Der Code hat eine Ziffer. Sehen Sie in der Nachricht nach.
   *[other] Der Code hat { $expected } Ziffern. Sehen Sie in der Nachricht nach.
}
pin-wrong = { $left ->
    [one] Das ist nicht der Code, den wir geschickt haben. Sie haben noch einen Versuch.
   *[other] Das ist nicht der Code, den wir geschickt haben. Sie haben noch { $left } Versuche.
}
pin-wrong-again = Das ist nicht der Code, den wir geschickt haben. Sehen Sie in der neuesten Nachricht nach, und versuchen Sie es noch einmal.
pin-wrong-wait = Das ist nicht der Code, den wir geschickt haben. Versuchen Sie es in { time-span } noch einmal.
pin-not-yet = Ihr Code ist noch unterwegs. Geben Sie ihn ein, wenn die Nachricht da ist.

## Why no code could be sent

send-cookies = Ihr Browser blockiert Cookies, deshalb konnten wir keinen Code schicken. Erlauben Sie Cookies für diese Seite, und versuchen Sie es noch einmal.
send-unavailable = Die Anmeldung per Telefon ist gerade nicht verfügbar, und es wurde kein Code geschickt. Bitte versuchen Sie es später noch einmal.
send-country-unavailable = An Nummern dieses Landes können wir gerade keine Codes schicken. Bitte versuchen Sie es später noch einmal.
send-fault = Wir konnten Ihren Code nicht schicken. Bitte versuchen Sie es gleich noch einmal.
send-paused = { $seconds ->
    [one] Unser Nachrichtendienst ist gestört, deshalb wurde kein Code geschickt. Bitte versuchen Sie es in einer Sekunde noch einmal.
   *[other] Unser Nachrichtendienst ist gestört, deshalb wurde kein Code geschickt. Bitte versuchen Sie es in { $seconds } Sekunden noch einmal.
}
send-in-doubt = Vielleicht haben wir Ihnen einen Code geschickt, wir wissen es nicht sicher. Fordern Sie ihn in { time-span } noch einmal an.
send-busy = { $seconds ->
    [one] Gerade melden sich viele Menschen an, und es wurde kein Code geschickt. Bitte versuchen Sie es in einer Sekunde noch einmal.
   *[other] Gerade melden sich viele Menschen an, und es wurde kein Code geschickt. Bitte versuchen Sie es in { $seconds } Sekunden noch einmal.
}
send-running = Sie haben schon auf einem anderen Gerät einen Code angefordert. Geben Sie ihn dort ein, oder fordern Sie hier in { time-span } einen neuen an.
send-ending = Ein früherer Code belegt diese Nummer noch. In { time-span } können Sie einen neuen anfordern.

## When more codes are asked for than we send

time-span = { $unit ->
    [hours] { $amount ->
        [one] einer Stunde
       *[other] { $amount } Stunden
    }
    [minutes] { $amount ->
        [one] einer Minute
       *[other] { $amount } Minuten
    }
   *[seconds] { $amount ->
        [one] einer Sekunde
       *[other] { $amount } Sekunden
    }
}
limit-number = Diese Nummer hat für den Moment so viele Codes bekommen, wie wir schicken können. Versuchen Sie es in { time-span } noch einmal.
limit-address = Aus Ihrem Netz wurden zu viele Codes angefordert. Versuchen Sie es in { time-span } noch einmal.
limit-all = Gerade fordern zu viele Menschen einen Code an. Versuchen Sie es in { time-span } noch einmal.
limit-unverified = Gerade werden zu viele Codes angefordert. Versuchen Sie es in { time-span } noch einmal.
wrong-codes-send = Für diese Nummer wurden zu viele falsche Codes eingegeben, deshalb haben wir keinen neuen geschickt. Versuchen Sie es in { time-span } noch einmal.
closed-send = Für diese Nummer wurden zu viele falsche Codes eingegeben, deshalb haben wir keinen neuen geschickt. Nehmen Sie einen Browser, in dem Sie schon einmal angemeldet waren, oder bitten Sie die Betreiber dieser Seite um Hilfe.

## Why no further message can be had

resend-wait = In { time-span } können Sie eine weitere Nachricht anfordern.
resend-both-out = Wir haben Ihnen geschrieben und Sie angerufen. In { time-span } können Sie einen neuen Code anfordern.
resend-used-up = Das war die letzte Nachricht für diese Anmeldung. Geben Sie den neuesten Code ein, oder wählen Sie „Ändern“, um neu zu beginnen.
resend-too-late = Dieser Code läuft gleich ab. Gehen Sie zurück, um einen neuen zu bekommen.
resend-no-such-channel = Auf diesem Weg schicken wir keine Codes. Nehmen Sie eine der Schaltflächen auf dieser Seite.

## Why a code could not be checked

wrong-codes-try = Es wurden zu viele falsche Codes eingegeben. Versuchen Sie es in { time-span } noch einmal.
closed-try = Für diese Nummer wurden zu viele falsche Codes eingegeben, deshalb wurde dieser nicht geprüft. Nehmen Sie einen Browser, in dem Sie schon einmal angemeldet waren, oder bitten Sie die Betreiber dieser Seite um Hilfe.
check-fault = Wir konnten Ihren Code nicht prüfen. Er funktioniert weiter, versuchen Sie es also gleich noch einmal.
check-lost = Wir konnten nicht herausfinden, ob Ihr Code richtig ist. Bitte versuchen Sie es gleich noch einmal damit.
check-unavailable = Die Anmeldung per Telefon ist gerade nicht verfügbar, deshalb konnten wir Ihren Code nicht prüfen. Bitte versuchen Sie es später noch einmal.
check-busy = Gerade melden sich viele Menschen an, und wir konnten Ihren Code nicht prüfen. Er funktioniert weiter, versuchen Sie es also gleich noch einmal.
check-paused = { $seconds ->
    [one] Wir können gerade keine Codes prüfen. Ihrer ist nicht verbraucht, versuchen Sie es also in einer Sekunde noch einmal.
   *[other] Wir können gerade keine Codes prüfen. Ihrer ist nicht verbraucht, versuchen Sie es also in { $seconds } Sekunden noch einmal.
}
form-other-attempt = Dieses Formular gehörte zu einer früheren Anmeldung, deshalb ist nichts geschehen. Diese Seite ist die aktuelle.
check-other-attempt = Dieses Formular gehörte zu einer früheren Anmeldung, deshalb wurde nichts geprüft. Geben Sie hier den Code aus der neuesten Nachricht ein.

## Why a sign-in has ended

failed-too-many = Der Code war zu oft falsch und funktioniert nicht mehr. Sie können einen neuen anfordern.
failed-expired = Der Code ist abgelaufen oder wurde schon verwendet. Sie können einen neuen anfordern.
failed-not-resent = Wir konnten Ihnen keinen weiteren Code schicken, und der alte funktioniert nicht mehr. Sie können einen neuen anfordern.
failed-unclear = Wir konnten nicht herausfinden, ob Ihr Code richtig war, und er funktioniert nicht mehr. Sie können einen neuen anfordern.

## Shown once

notice-cancelled = Sie haben die Anmeldung abgebrochen. Sie können jederzeit neu beginnen.
notice-change = Ändern Sie Ihre Nummer, und fordern Sie dann einen neuen Code an.
notice-signed-out = Sie sind abgemeldet.
notice-expired = Der Code ist abgelaufen. Prüfen Sie Ihre Nummer, und fordern Sie dann einen neuen an.
notice-session-ended = Dieser Browser ist abgemeldet.
notice-others-ended = Sie sind überall sonst abgemeldet.
notice-resumed = Wir haben schon einen Code an diese Nummer geschickt, und er funktioniert noch.
notice-not-sent = Wir konnten Ihnen keinen Code schicken. Prüfen Sie Ihre Nummer, und versuchen Sie es noch einmal.
notice-not-resent = Wir konnten Ihnen keinen weiteren Code schicken, und der alte funktioniert nicht mehr. Prüfen Sie Ihre Nummer, und versuchen Sie es noch einmal.
notice-taken-over = Jemand hat in einem anderen Browser einen Code für dieselbe Nummer angefordert, deshalb funktioniert Ihrer nicht mehr. Fordern Sie hier einen neuen an.
notice-in-doubt = Vielleicht haben wir Ihnen einen Code geschickt, wir wissen es nicht sicher. Warten Sie eine halbe Minute, und fordern Sie ihn dann noch einmal an.

## Pages for all other trouble

error-home = Zurück zur Anmeldung
error-trace = Wenn Sie das melden, nennen Sie bitte { $code }.
error-forbidden-headline = Dieses Formular kam nicht von dieser Seite
error-forbidden-advice = Zu Ihrer Sicherheit funktionieren hier nur Formulare dieser Seite. Gehen Sie zurück zur Anmeldung, und versuchen Sie es dort noch einmal.
error-not-found-headline = Diese Seite gibt es nicht
error-not-found-advice = Prüfen Sie die Adresse, oder gehen Sie zurück zur Anmeldung.
error-method-headline = Das funktioniert hier nicht
error-method-advice = Gehen Sie zurück zur Anmeldung, und folgen Sie von dort den Schritten.
error-too-large-headline = Das war zu viel
error-too-large-advice = Sie haben mehr geschickt, als wir annehmen können. Gehen Sie zurück, und geben Sie nur Ihre Nummer oder Ihren Code ein.
error-media-type-headline = Das konnten wir nicht lesen
error-media-type-advice = Es kam in einer Form, die wir nicht kennen. Verwenden Sie das Formular auf unserer Seite.
error-form-headline = Dieses Formular konnten wir nicht lesen
error-form-advice = Ein Teil davon fehlte oder war beschädigt. Gehen Sie zurück, laden Sie die Seite neu, und versuchen Sie es noch einmal.
error-host-headline = Diese Seite hat eine andere Adresse
error-host-advice = Verwenden Sie die Adresse, die man Ihnen gegeben hat. Wenn das Ihre Seite ist: Setzen Sie PUBLIC_URL auf die Adresse, die Besucher eingeben.
error-throttled-headline = Das war etwas zu schnell
error-throttled-advice = Von Ihnen kamen zu viele Anfragen. Warten Sie eine Minute, und versuchen Sie es dann noch einmal.
error-internal-headline = Bei uns ist etwas schiefgegangen
error-internal-advice = Es lag nicht an Ihnen. Bitte versuchen Sie es gleich noch einmal.
error-unavailable-headline = Wir sind gleich wieder da
error-unavailable-advice = Die Anmeldung ist gerade nicht verfügbar. Bitte versuchen Sie es in ein paar Minuten noch einmal.
error-timeout-headline = Das hat zu lange gedauert
error-timeout-advice = Wir haben aufgehört, auf eine Antwort zu warten. Bitte versuchen Sie es gleich noch einmal.
error-forwarded-headline = Der Simulator ist nur für diesen Rechner
error-forwarded-advice = Diese Anfrage kam über einen Proxy oder von einer anderen Seite, und dort könnte jeder die Codes des Simulators lesen. Wenn das Ihre Seite ist: Setzen Sie die Zugangsdaten Ihres Nachrichtendienstes, oder starten Sie mit --simulator, wenn Sie das so wollen.
error-loop-headline = Sie sind angemeldet, aber die Seite sieht es nicht
error-loop-domain = Sie hat Sie immer wieder hierher zurückgeschickt. Bitte sagen Sie es den Betreibern. Wenn das Ihre Seite ist: Ihre Adresse liegt nicht unter COOKIE_DOMAIN, deshalb bekommt sie das Cookie nie, in dem steht, wer Sie sind.
error-loop-not-secure = Sie hat Sie immer wieder hierher zurückgeschickt. Öffnen Sie ihre Adresse mit https:// am Anfang. Wenn das Ihre Seite ist: Bieten Sie sie nur über https an, denn nur so wird das Cookie geschickt, in dem steht, wer Sie sind.
error-loop-unclear = Sie hat Sie immer wieder hierher zurückgeschickt. Bitte sagen Sie es den Betreibern. Wenn das Ihre Seite ist: Sehen Sie nach, ob ihr Proxy Cookies an diesen Server weitergibt und ob die Uhren aller Server gleich gehen.
error-loop-other-cookies = Ihr Browser hat alte Cookies dieser Seite, die dem neuen im Weg sind. Löschen Sie die Cookies dieser Seite, und melden Sie sich dann noch einmal an.
error-loop-no-cookie = Ihr Browser hat das Cookie nicht behalten, in dem steht, wer Sie sind. Erlauben Sie Cookies für diese Seite, und melden Sie sich dann noch einmal an.

## A page of another site that needs a sign-in

unauthorized-title = Melden Sie sich an, um weiterzugehen
unauthorized-lead = Sie sind nicht angemeldet, oder nicht mehr. Wenn Sie gerade ein Formular abgeschickt haben, ist es nicht angekommen: Melden Sie sich an, gehen Sie dorthin zurück, und schicken Sie es noch einmal.
unauthorized-link = Anmelden

## A visitor’s sessions

sessions-title = Ihre Geräte
sessions-lead = Diese Geräte sind mit { $phone } angemeldet.
sessions-here = Dieses Gerät
sessions-device = { $browser } auf { $system }
sessions-browser = { $browser }
sessions-system = Unbekannter Browser auf { $system }
sessions-unknown = Unbekannter Browser
sessions-address = Von { $address }
sessions-now = Gerade eben angemeldet
sessions-minutes = { $count ->
    [one] Vor einer Minute angemeldet
   *[other] Vor { $count } Minuten angemeldet
}
sessions-hours = { $count ->
    [one] Vor einer Stunde angemeldet
   *[other] Vor { $count } Stunden angemeldet
}
sessions-days = { $count ->
    [one] Vor einem Tag angemeldet
   *[other] Vor { $count } Tagen angemeldet
}
sessions-end = Dort abmelden
sessions-end-others = Überall sonst abmelden
sessions-back = Zurück

## Countries, in the order in which they are listed

country-AF = Afghanistan
country-EG = Ägypten
country-AX = Ålandinseln
country-AL = Albanien
country-DZ = Algerien
country-AS = Amerikanisch-Samoa
country-VI = Amerikanische Jungferninseln
country-AD = Andorra
country-AO = Angola
country-AI = Anguilla
country-AG = Antigua und Barbuda
country-GQ = Äquatorialguinea
country-AR = Argentinien
country-AM = Armenien
country-AW = Aruba
country-AC = Ascension
country-AZ = Aserbaidschan
country-ET = Äthiopien
country-AU = Australien
country-BS = Bahamas
country-BH = Bahrain
country-BD = Bangladesch
country-BB = Barbados
country-BY = Belarus
country-BE = Belgien
country-BZ = Belize
country-BJ = Benin
country-BM = Bermuda
country-BT = Bhutan
country-BO = Bolivien
country-BA = Bosnien und Herzegowina
country-BW = Botsuana
country-BR = Brasilien
country-VG = Britische Jungferninseln
country-IO = Britisches Territorium im Indischen Ozean
country-BN = Brunei Darussalam
country-BG = Bulgarien
country-BF = Burkina Faso
country-BI = Burundi
country-CV = Cabo Verde
country-CL = Chile
country-CN = China
country-CK = Cookinseln
country-CR = Costa Rica
country-CI = Côte d’Ivoire
country-CW = Curaçao
country-DK = Dänemark
country-DE = Deutschland
country-DM = Dominica
country-DO = Dominikanische Republik
country-DJ = Dschibuti
country-EC = Ecuador
country-SV = El Salvador
country-ER = Eritrea
country-EE = Estland
country-SZ = Eswatini
country-FK = Falklandinseln
country-FO = Färöer
country-FJ = Fidschi
country-FI = Finnland
country-FR = Frankreich
country-GF = Französisch-Guayana
country-PF = Französisch-Polynesien
country-GA = Gabun
country-GM = Gambia
country-GE = Georgien
country-GH = Ghana
country-GI = Gibraltar
country-GD = Grenada
country-GR = Griechenland
country-GL = Grönland
country-GP = Guadeloupe
country-GU = Guam
country-GT = Guatemala
country-GG = Guernsey
country-GN = Guinea
country-GW = Guinea-Bissau
country-GY = Guyana
country-HT = Haiti
country-HN = Honduras
country-HK = Hongkong
country-IN = Indien
country-ID = Indonesien
country-IQ = Irak
country-IR = Iran
country-IE = Irland
country-IS = Island
country-IM = Isle of Man
country-IL = Israel
country-IT = Italien
country-JM = Jamaika
country-JP = Japan
country-YE = Jemen
country-JE = Jersey
country-JO = Jordanien
country-KY = Kaimaninseln
country-KH = Kambodscha
country-CM = Kamerun
country-CA = Kanada
country-BQ = Karibische Niederlande
country-KZ = Kasachstan
country-QA = Katar
country-KE = Kenia
country-KG = Kirgisistan
country-KI = Kiribati
country-CC = Kokosinseln
country-CO = Kolumbien
country-KM = Komoren
country-CG = Kongo-Brazzaville
country-CD = Kongo-Kinshasa
country-XK = Kosovo
country-HR = Kroatien
country-CU = Kuba
country-KW = Kuwait
country-LA = Laos
country-LS = Lesotho
country-LV = Lettland
country-LB = Libanon
country-LR = Liberia
country-LY = Libyen
country-LI = Liechtenstein
country-LT = Litauen
country-LU = Luxemburg
country-MO = Macau
country-MG = Madagaskar
country-MW = Malawi
country-MY = Malaysia
country-MV = Malediven
country-ML = Mali
country-MT = Malta
country-MA = Marokko
country-MH = Marshallinseln
country-MQ = Martinique
country-MR = Mauretanien
country-MU = Mauritius
country-YT = Mayotte
country-MX = Mexiko
country-FM = Mikronesien
country-MC = Monaco
country-MN = Mongolei
country-ME = Montenegro
country-MS = Montserrat
country-MZ = Mosambik
country-MM = Myanmar
country-NA = Namibia
country-NR = Nauru
country-NP = Nepal
country-NC = Neukaledonien
country-NZ = Neuseeland
country-NI = Nicaragua
country-NL = Niederlande
country-NE = Niger
country-NG = Nigeria
country-NU = Niue
country-KP = Nordkorea
country-MP = Nördliche Marianen
country-MK = Nordmazedonien
country-NF = Norfolkinsel
country-NO = Norwegen
country-OM = Oman
country-AT = Österreich
country-PK = Pakistan
country-PS = Palästina
country-PW = Palau
country-PA = Panama
country-PG = Papua-Neuguinea
country-PY = Paraguay
country-PE = Peru
country-PH = Philippinen
country-PL = Polen
country-PT = Portugal
country-PR = Puerto Rico
country-MD = Republik Moldau
country-RE = Réunion
country-RW = Ruanda
country-RO = Rumänien
country-RU = Russland
country-SB = Salomonen
country-ZM = Sambia
country-WS = Samoa
country-SM = San Marino
country-ST = São Tomé und Príncipe
country-SA = Saudi-Arabien
country-SE = Schweden
country-CH = Schweiz
country-SN = Senegal
country-RS = Serbien
country-SC = Seychellen
country-SL = Sierra Leone
country-ZW = Simbabwe
country-SG = Singapur
country-SX = Sint Maarten
country-SK = Slowakei
country-SI = Slowenien
country-SO = Somalia
country-ES = Spanien
country-SJ = Spitzbergen und Jan Mayen
country-LK = Sri Lanka
country-BL = St. Barthélemy
country-SH = St. Helena
country-KN = St. Kitts und Nevis
country-LC = St. Lucia
country-MF = St. Martin
country-PM = St. Pierre und Miquelon
country-VC = St. Vincent und die Grenadinen
country-ZA = Südafrika
country-SD = Sudan
country-KR = Südkorea
country-SS = Südsudan
country-SR = Suriname
country-SY = Syrien
country-TJ = Tadschikistan
country-TW = Taiwan
country-TZ = Tansania
country-TH = Thailand
country-TL = Timor-Leste
country-TG = Togo
country-TK = Tokelau
country-TO = Tonga
country-TT = Trinidad und Tobago
country-TA = Tristan da Cunha
country-TD = Tschad
country-CZ = Tschechien
country-TN = Tunesien
country-TR = Türkei
country-TM = Turkmenistan
country-TC = Turks- und Caicosinseln
country-TV = Tuvalu
country-UG = Uganda
country-UA = Ukraine
country-HU = Ungarn
country-UY = Uruguay
country-UZ = Usbekistan
country-VU = Vanuatu
country-VA = Vatikanstadt
country-VE = Venezuela
country-AE = Vereinigte Arabische Emirate
country-US = Vereinigte Staaten
country-GB = Vereinigtes Königreich
country-VN = Vietnam
country-WF = Wallis und Futuna
country-CX = Weihnachtsinsel
country-EH = Westsahara
country-CF = Zentralafrikanische Republik
country-CY = Zypern
