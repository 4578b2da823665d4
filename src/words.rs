//! Enums whose values are written down as words: the values, all of them in order, and the word of each, in one list.

/// The derives are those that a plain word can have.
macro_rules! words {
    ($(#[$of_enum:meta])* $vis:vis $name:ident { $($(#[$of_value:meta])* $value:ident => $word:literal,)* }) => {
        $(#[$of_enum])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $vis enum $name {
            $($(#[$of_value])* $value,)*
        }

        impl $name {
            /// Every value, in the order of the list.
            $vis const ALL: &[Self] = &[$(Self::$value,)*];

            /// Its word.
            $vis const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)*
                }
            }

            /// The value whose word `text` is.
            $vis fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }
        }
    };
}
pub(crate) use words;
