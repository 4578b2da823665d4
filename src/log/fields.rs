//! The fields of a line as text: as the library writes them, only sooner.

use std::fmt;

use tracing::field::{Field, Visit};
use tracing_subscriber::{
    field::{RecordFields, VisitOutput},
    fmt::format::{DefaultVisitor, FormatFields, Writer},
};

/// Most values are plain, and need no look at each character's place in Unicode.
#[derive(Debug)]
pub(super) struct Fields;

impl<'writer> FormatFields<'writer> for Fields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut texts = Texts(DefaultVisitor::new(writer, true));
        fields.record(&mut texts);
        texts.0.finish()
    }
}

struct Texts<'a>(DefaultVisitor<'a>);

impl Visit for Texts<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() != "message" && is_plain(value) {
            self.0.record_debug(field, &Quoted(value));
        } else {
            self.0.record_str(field, value);
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.0.record_error(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.record_debug(field, value);
    }
}

/// Whether `{:?}` adds nothing but the quotes. The dot is what numbers and addresses are masked with.
fn is_plain(value: &str) -> bool {
    value.chars().all(|c| matches!(c, ' '..='~' | '•') && c != '"' && c != '\\')
}

struct Quoted<'a>(&'a str);

impl fmt::Debug for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        f.write_str(self.0)?;
        f.write_str("\"")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_plain_is_written_as_the_library_would(value in any::<String>(), plain in "[ -~•]{0,30}") {
            for value in [value, plain] {
                let [ours, theirs] = [format!("{:?}", Quoted(&value)), format!("{value:?}")];
                prop_assert!(!is_plain(&value) || ours == theirs);
            }
        }
    }

    #[test]
    fn a_masked_number_is_plain() {
        assert!(is_plain("+44 •••• ••••23"));
    }
}
