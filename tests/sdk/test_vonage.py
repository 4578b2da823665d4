"""Verify v2 and v1 by PyPI's vonage, which insists on https: HTTPS_HOST is a proxy in front of the simulator."""

import json
import logging
import os
import random
import unittest
import urllib.parse
import urllib.request

from vonage import Auth, HttpClientOptions, Vonage
from vonage_http_client.errors import (
    AuthenticationError,
    ForbiddenError,
    HttpRequestError,
    NotFoundError,
    RateLimitedError,
    ServerError,
)
from vonage_verify import (
    EmailChannel,
    Locale,
    SilentAuthChannel,
    SmsChannel,
    VerifyRequest,
    VoiceChannel,
    WhatsappChannel,
)
from vonage_verify_legacy import LanguageCode, VerifyError
from vonage_verify_legacy import VerifyRequest as LegacyRequest

SIMULATOR = os.environ["SIMULATOR_URL"]
OPTIONS = HttpClientOptions(api_host=os.environ["HTTPS_HOST"], timeout=30)
KEY, SECRET = os.environ["VONAGE_API_KEY"], os.environ["VONAGE_API_SECRET"]

# The client warns of every refusal; here they are what is asked for.
logging.getLogger("vonage").setLevel(logging.ERROR)


def client(**credentials):
    return Vonage(Auth(**credentials), OPTIONS)


def new_number():
    """A British mobile number that no other test has, in digits."""
    return f"4474{random.randrange(10**8):08}"


def messages(number):
    """All that has arrived at a number, newest first."""
    with urllib.request.urlopen(f"{SIMULATOR}/messages?to={number}") as answer:
        return json.load(answer)


def code_of(number):
    return messages(number)[0]["code"]


def wrong(code):
    """A code of the same length that is not the right one."""
    return ("2" if code.startswith("1") else "1") + code[1:]


def pass_time(seconds):
    """Lets time pass for the simulator."""
    form = urllib.parse.urlencode({"advance_s": seconds}).encode()
    with urllib.request.urlopen(f"{SIMULATOR}/clock", form) as answer:
        assert answer.status == 204


class Verify:
    """Verify v2; below, once for each kind of credentials."""

    credentials = {}

    def setUp(self):
        self.verify = client(**self.credentials).verify
        self.number = new_number()

    def start(self, *more):
        workflow = [SmsChannel(to=self.number), *more]
        request = VerifyRequest(brand="Acme", code_length=6, channel_timeout=60, workflow=workflow)
        return self.verify.start_verification(request).request_id

    def refused(self, status, call, *arguments):
        with self.assertRaises(HttpRequestError) as caught:
            call(*arguments)
        self.assertEqual(caught.exception.response.status_code, status)
        return caught.exception.response.json()

    def test_a_right_code_is_accepted_once(self):
        request_id = self.start()
        code = code_of(self.number)
        self.assertEqual(len(code), 6)

        right = self.verify.check_code(request_id, code)
        self.assertEqual((right.request_id, right.status), (request_id, "completed"))
        with self.assertRaises(NotFoundError):
            self.verify.check_code(request_id, code)

    def test_the_third_wrong_code_ends_it(self):
        request_id = self.start()
        code = code_of(self.number)
        for status in (400, 400, 410):
            problem = self.refused(status, self.verify.check_code, request_id, wrong(code))
            self.assertEqual(problem["title"], "Invalid Code")
        self.refused(410, self.verify.check_code, request_id, code)

    def test_a_code_expires(self):
        request_id = self.start()
        code = code_of(self.number)
        pass_time(60)
        self.refused(404, self.verify.check_code, request_id, code)

    def test_a_cancel_is_too_early_for_30_seconds_and_then_frees_the_number(self):
        request_id = self.start()
        self.refused(409, self.verify.cancel_verification, request_id)

        pass_time(30)
        self.assertIsNone(self.verify.cancel_verification(request_id))
        self.refused(404, self.verify.cancel_verification, request_id)
        self.start()

    def test_the_next_step_is_a_call_until_none_is_left(self):
        request_id = self.start(VoiceChannel(to=self.number))
        self.assertIsNone(self.verify.trigger_next_workflow(request_id))
        call, text = messages(self.number)
        self.assertEqual((call["channel"], text["channel"]), ("voice", "sms"))

        self.refused(409, self.verify.trigger_next_workflow, request_id)
        self.assertEqual(self.verify.check_code(request_id, call["code"]).status, "completed")

    def test_a_second_start_to_the_same_number_is_a_conflict_that_names_the_first(self):
        request_id = self.start()
        self.assertEqual(self.refused(409, self.start)["request_id"], request_id)
        self.assertEqual(len(messages(self.number)), 1)

    def test_a_start_whose_answer_is_cut_is_repeated_by_the_client_and_sends_once(self):
        self.number = "12025550131"
        before = len(messages(self.number))
        request_id = self.refused(409, self.start)["request_id"]
        self.assertEqual(len(messages(self.number)), before + 1)
        self.assertEqual(self.verify.check_code(request_id, code_of(self.number)).status, "completed")

    def test_refusals_come_as_errors_of_their_kind(self):
        for number, error in (
            ("12025550101", RateLimitedError),
            ("12025550104", AuthenticationError),
            ("12025550105", ServerError),
            ("12025550108", ForbiddenError),
        ):
            self.number = number
            with self.assertRaises(error):
                self.start()

    def test_every_field_of_a_start_is_taken(self):
        silent = SilentAuthChannel(to=self.number, redirect_url="https://example.org/done", sandbox=True)
        text = SmsChannel(
            to=self.number, from_="Acme", app_hash="ABC123abc45", entity_id="1234", content_id="5678"
        )
        for second in (
            WhatsappChannel(to=self.number, from_="12025550160", mode="zero_tap"),
            EmailChannel(to="ann@example.org", from_="codes@example.org"),
            VoiceChannel(to=self.number),
        ):
            started = self.verify.start_verification(
                VerifyRequest(
                    brand="Acme",
                    locale=Locale.PT_BR,
                    channel_timeout=300,
                    client_ref="signin8f21",
                    code_length=8,
                    code="Ab3d5F7h",
                    workflow=[silent, text, second],
                )
            )
            self.assertEqual(code_of(self.number), "Ab3d5F7h")
            self.verify.check_code(started.request_id, "Ab3d5F7h")


class VerifyWithToken(Verify, unittest.TestCase):
    credentials = {
        "application_id": "0f9c2d5e-1111-4222-8333-444455556666",
        "private_key": os.environ["VONAGE_PRIVATE_KEY"],
    }


class VerifyWithBasicAuth(Verify, unittest.TestCase):
    credentials = {"api_key": KEY, "api_secret": SECRET}

    def test_a_wrong_secret_is_refused(self):
        self.verify = client(api_key=KEY, api_secret="wrong").verify
        with self.assertRaises(AuthenticationError):
            self.start()


class VerifyLegacy(unittest.TestCase):
    def setUp(self):
        self.vonage = client(api_key=KEY, api_secret=SECRET)
        self.verify = self.vonage.verify_legacy
        self.number = new_number()

    def start(self, workflow_id=6, **fields):
        request = LegacyRequest(
            number=self.number, brand="Acme", code_length=6, workflow_id=workflow_id, pin_expiry=300, **fields
        )
        return self.verify.start_verification(request).request_id

    def refused(self, status, call, *arguments):
        """The client puts the whole answer into the text of its error."""
        with self.assertRaisesRegex(VerifyError, f"'status': '{status}'") as caught:
            call(*arguments)
        return str(caught.exception)

    def test_a_right_code_is_accepted_once(self):
        request_id = self.start(sender_id="ACME", lg=LanguageCode.en_gb)
        code = code_of(self.number)
        self.assertEqual(len(code), 6)

        right = self.verify.check_code(request_id, code)
        self.assertEqual((right.request_id, right.status, right.currency), (request_id, "0", "EUR"))
        self.refused(6, self.verify.check_code, request_id, code)

    def test_the_third_wrong_code_ends_it(self):
        request_id = self.start()
        code = code_of(self.number)
        for status in (16, 16, 17):
            self.refused(status, self.verify.check_code, request_id, wrong(code))
        self.refused(17, self.verify.check_code, request_id, code)

    def test_a_cancel_is_too_early_for_30_seconds_and_then_frees_the_number(self):
        request_id = self.start()
        self.assertIn("first 30 seconds", self.refused(19, self.verify.cancel_verification, request_id))

        pass_time(30)
        cancelled = self.verify.cancel_verification(request_id)
        self.assertEqual((cancelled.status, cancelled.command), ("0", "cancel"))
        self.refused(6, self.verify.cancel_verification, request_id)
        self.start()

    def test_the_next_event_is_a_call_until_none_is_left(self):
        request_id = self.start(workflow_id=5)
        next_event = self.verify.trigger_next_event(request_id)
        self.assertEqual((next_event.status, next_event.command), ("0", "trigger_next_event"))
        self.assertEqual([message["channel"] for message in messages(self.number)], ["voice", "sms"])
        self.assertIn("No more events", self.refused(19, self.verify.trigger_next_event, request_id))

    def test_a_search_takes_one_id_or_several(self):
        first, number = self.start(), self.number
        self.refused(16, self.verify.check_code, first, "000000")
        self.number = new_number()
        second = self.start()
        self.verify.check_code(second, code_of(self.number))

        one = self.verify.search(first)
        self.assertEqual((one.request_id, one.status, one.number), (first, "IN PROGRESS", number))
        self.assertEqual([(tried.code, tried.status) for tried in one.checks], [("000000", "INVALID")])
        self.assertEqual([event.type for event in one.events], ["sms"])
        both = self.verify.search([first, second])
        self.assertEqual([found.status for found in both], ["IN PROGRESS", "SUCCESS"])
        self.refused(101, self.verify.search, "unknown")

    def test_a_second_start_to_the_same_number_names_the_first(self):
        request_id = self.start()
        self.assertIn(request_id, self.refused(10, self.start))

    def test_a_wrong_secret_is_status_4(self):
        self.verify = client(api_key=KEY, api_secret="wrong").verify_legacy
        self.refused(4, self.start)

    def test_a_client_that_has_called_v2_labels_its_forms_as_json(self):
        workflow = [SmsChannel(to=new_number())]
        self.vonage.verify.start_verification(VerifyRequest(brand="Acme", workflow=workflow))
        request_id = self.start()
        self.assertEqual(self.verify.check_code(request_id, code_of(self.number)).status, "0")


if __name__ == "__main__":
    unittest.main()
