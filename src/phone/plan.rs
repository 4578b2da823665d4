//! What the numbering plans say of a number: where it is given out, and what kind of line it is.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberType};

use super::{Country, MAX_DIGITS, PhoneNumber};

/// What the numbering plan says of a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    country: Option<Country>,
    pub(super) line: LineType,
}

/// What kind of line a number is, as far as the numbering plan tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineType {
    /// Gets text messages.
    Mobile,
    /// Gets calls only.
    Landline,
    /// Plans such as North America's do not tell the two apart.
    MobileOrLandline,
    /// Over the internet.
    Voip,
    /// The one who is called pays.
    TollFree,
    /// The caller pays extra.
    PremiumRate,
    /// Both pay.
    SharedCost,
    /// Gets no calls.
    Pager,
    /// A mailbox, not a phone.
    Voicemail,
    /// Follows its owner to any phone.
    Personal,
    /// Company-wide numbers (UAN).
    Company,
    /// The plan does not say.
    Unknown,
}

impl Plan {
    pub(super) fn of(number: &rlibphonenumber::PhoneNumber) -> Self {
        let country = PHONE_NUMBER_UTIL.get_region_for_number(number).and_then(Country::of);
        Self { country, line: LineType::of(number) }
    }

    pub(super) fn may_be_mobile(self) -> bool {
        matches!(self.line, LineType::Mobile | LineType::MobileOrLandline)
    }

    /// Whether the plan has such a number: it knows the kinds of no others.
    pub(super) fn has_it(self) -> bool {
        self.line != LineType::Unknown
    }
}

impl PhoneNumber {
    /// Where the number is given out; `None` for satellite and other numbers that belong to no country.
    pub(crate) fn country(&self) -> Option<Country> {
        self.plan().country
    }

    /// What kind of line it is by its numbering plan.
    pub(crate) fn line_type(&self) -> LineType {
        self.plan().line
    }

    fn plan(&self) -> Plan {
        *self.plan.get_or_init(|| {
            if self.is_british_fiction() {
                return Plan { country: Some(Country(*b"GB")), line: LineType::Mobile };
            }
            self.planned().as_ref().map_or(Plan { country: None, line: LineType::Unknown }, Plan::of)
        })
    }

    pub(super) fn may_be_mobile(&self) -> bool {
        self.plan().may_be_mobile()
    }

    /// The number as the numbering plans see it. The library never gets anything but `+` and digits.
    pub(super) fn planned(&self) -> Option<rlibphonenumber::PhoneNumber> {
        let digits = self.e164.strip_prefix('+')?;
        let fits = digits.len() <= MAX_DIGITS && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| PHONE_NUMBER_UTIL.parse(&self.e164, None).ok()).flatten()
    }
}

impl LineType {
    fn of(number: &rlibphonenumber::PhoneNumber) -> Self {
        match PHONE_NUMBER_UTIL.get_number_type(number) {
            PhoneNumberType::Mobile => Self::Mobile,
            PhoneNumberType::FixedLine => Self::Landline,
            PhoneNumberType::FixedLineOrMobile => Self::MobileOrLandline,
            PhoneNumberType::VoIP => Self::Voip,
            PhoneNumberType::TollFree => Self::TollFree,
            PhoneNumberType::PremiumRate => Self::PremiumRate,
            PhoneNumberType::SharedCost => Self::SharedCost,
            PhoneNumberType::Pager => Self::Pager,
            PhoneNumberType::VoiceMail => Self::Voicemail,
            PhoneNumberType::PersonalNumber => Self::Personal,
            PhoneNumberType::UAN => Self::Company,
            PhoneNumberType::Unknown => Self::Unknown,
        }
    }
}
