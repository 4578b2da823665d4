//! A strict reader of Prometheus's text format, version 0.0.4.

use std::collections::BTreeMap;

/// Every sample, by its name and labels without quotes.
pub struct Samples {
    pub text: String,
    samples: BTreeMap<String, f64>,
}

/// The metric whose samples are read.
#[derive(Default)]
struct Family {
    name: String,
    kind: String,
}

impl Samples {
    /// Reads a text, of which each line must be as the format wants it and each name as the custom.
    #[track_caller]
    pub fn read(text: &str) -> Self {
        assert!(text.ends_with('\n'), "the last line ends too");
        let (mut samples, mut seen, mut family) = (BTreeMap::new(), Vec::new(), Family::default());
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, help) = help.split_once(' ').unwrap();
                assert!(help.ends_with('.') && !help.ends_with(".."), "{help}");
                let kind = lines.next().unwrap().strip_prefix(&format!("# TYPE {name} ")).unwrap();
                assert!(!seen.contains(&name), "{name} twice");
                seen.push(name);
                family = Family { name: name.to_owned(), kind: kind.to_owned() };
                family.check_name();
                continue;
            }
            let (sample, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = match sample.split_once('{') {
                Some((name, labels)) => (name, labels.strip_suffix('}').unwrap()),
                None => (sample, ""),
            };
            family.check_sample(name, labels);
            let value: f64 = value.parse().unwrap();
            assert!(value >= 0.0, "{line}");
            let key = sample.replace('"', "");
            assert!(samples.insert(key, value).is_none(), "{sample} twice");
        }
        let samples = Self { text: text.to_owned(), samples };
        samples.check_histograms();
        samples
    }

    fn get(&self, sample: &str) -> Option<f64> {
        self.samples.get(sample).copied()
    }

    #[track_caller]
    pub fn assert(&self, expected: &[(&str, u32)]) {
        for (sample, value) in expected {
            assert_eq!(self.get(sample), Some(f64::from(*value)), "{sample} in {}", self.text);
        }
    }

    /// The value of a counter; nothing if it has not begun.
    pub fn count(&self, sample: &str) -> u32 {
        self.get(sample).map_or(0, whole)
    }

    /// All counters of one name together.
    pub fn sum(&self, name: &str) -> u32 {
        self.of(name).map(|(_, value)| whole(value)).sum()
    }

    /// The values of a label, each once.
    pub fn values<'a>(&'a self, name: &str, label: &str) -> Vec<&'a str> {
        let label = format!("{label}=");
        let value =
            |sample: &'a str| sample.split(['{', '}', ',']).find_map(|pair| pair.strip_prefix(&label));
        let mut values: Vec<_> = self.of(name).filter_map(|(sample, _)| value(sample)).collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    fn of<'a>(&'a self, name: &str) -> impl Iterator<Item = (&'a str, f64)> {
        let own = move |sample: &str| sample.split('{').next() == Some(name);
        self.samples
            .iter()
            .map(|(sample, value)| (sample.as_str(), *value))
            .filter(move |(sample, _)| own(sample))
    }

    /// Buckets grow, and the last holds all.
    fn check_histograms(&self) {
        let counts = self.samples.iter().filter(|(sample, _)| sample.contains("_seconds_count"));
        for (sample, count) in counts {
            let bucket = sample.replace("_count", "_bucket");
            let bound = |le: &str| bucket.replace('}', &format!(",le={le}}}"));
            assert_eq!(self.get(&bound("+Inf")), Some(*count), "{sample}");
            let stem = bucket.trim_end_matches('}');
            let buckets = self.samples.iter().filter_map(|(other, value)| {
                let le = other.strip_prefix(stem)?.strip_prefix(",le=")?.strip_suffix('}')?;
                Some((le.replace("+Inf", "inf").parse::<f64>().unwrap(), *value))
            });
            let mut buckets: Vec<_> = buckets.collect();
            buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
            assert!(buckets.len() > 5 && buckets.is_sorted_by(|one, other| one.1 <= other.1), "{buckets:?}");
        }
    }
}

/// What is counted comes in wholes.
fn whole(value: f64) -> u32 {
    value.to_string().parse().unwrap()
}

impl Family {
    fn check_name(&self) {
        let Self { name, kind } = self;
        assert!(
            name.starts_with("phonegate_") && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
            "{name}"
        );
        match kind.as_str() {
            "counter" => assert!(name.ends_with("_total"), "{name}"),
            "histogram" => assert!(name.ends_with("_seconds"), "{name}"),
            "gauge" => assert!(!name.ends_with("_total"), "{name}"),
            other => panic!("{name} is of kind {other}"),
        }
    }

    fn check_sample(&self, name: &str, labels: &str) {
        let part = name.strip_prefix(&self.name).unwrap_or_else(|| panic!("{name} below {}", self.name));
        let parts: &[&str] = if self.kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
        assert!(parts.contains(&part), "{name} of {}", self.name);
        for label in labels.split(',').filter(|label| !label.is_empty()) {
            let (label, value) = label.split_once('=').unwrap();
            assert!(label.bytes().all(|b| b.is_ascii_lowercase()), "{label}");
            let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap();
            // All that any of ours needs: nothing is ever to be escaped.
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"_/.+-".contains(&b);
            assert!(!value.is_empty() && value.len() <= 24 && value.bytes().all(plain), "{label}={value}");
        }
    }
}
