//! Tables, as text for a terminal or as Markdown for a page, and figures as they stand in them.

pub(crate) struct Table {
    /// Columns without a name hold words, all others figures.
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: impl IntoIterator<Item = String>) -> Self {
        Self { head: head.into_iter().collect(), rows: Vec::new() }
    }

    pub(crate) fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn print(&self, markdown: bool) {
        if markdown {
            let line = |row: &[String]| println!("| {} |", row.join(" | "));
            line(&self.head);
            let columns = self.head.iter().map(|name| if name.is_empty() { "---" } else { "---:" });
            println!("|{}|", columns.collect::<Vec<_>>().join("|"));
            self.rows.iter().for_each(|row| line(row));
            return;
        }
        let lines = || std::iter::once(&self.head).chain(&self.rows);
        let widths: Vec<usize> = (0..self.head.len())
            .map(|at| {
                lines().filter_map(|line| line.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        for line in lines() {
            let cells = line.iter().zip(&widths).zip(&self.head).map(|((cell, width), name)| {
                if name.is_empty() { format!("{cell:width$}") } else { format!("{cell:>width$}") }
            });
            println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
        }
    }
}

/// About three digits, with thousands set apart; a dash for what could not be measured.
pub(crate) fn figure(value: f64) -> String {
    match value {
        unknown if !unknown.is_finite() => "–".to_owned(),
        large if large >= 999.5 => {
            let digits = format!("{large:.0}");
            let (thousands, rest) = digits.split_at(digits.len() - 3);
            format!("{thousands},{rest}")
        }
        hundreds if hundreds >= 99.95 => format!("{hundreds:.0}"),
        tens if tens >= 9.995 => format!("{tens:.1}"),
        small => format!("{small:.2}"),
    }
}

/// A whole number with its thousands set apart.
pub(crate) fn count(number: u32) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let (begin, rest) = digits.split_at(first);
    let groups = std::iter::once(begin.to_owned())
        .chain(rest.as_bytes().chunks(3).map(|group| String::from_utf8_lossy(group).into_owned()));
    groups.filter(|group| !group.is_empty()).collect::<Vec<_>>().join(",")
}

/// How far the samples lie apart: half of that, in percent of their median.
pub(crate) fn spread(samples: &[f64], median: f64) -> String {
    let least = samples.iter().copied().fold(f64::INFINITY, f64::min);
    let most = samples.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let percent = (most - least) * 50.0 / median.abs();
    if samples.len() > 1 && percent.is_finite() { format!(" ±{percent:.0} %") } else { String::new() }
}
