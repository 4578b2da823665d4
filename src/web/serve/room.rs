//! How many connections the system has room for.

/// Open files besides those of connections: the store, logs, listeners, the metrics' own connections.
const OTHERS: u64 = 64;
/// A connection's own, and that of a call to the provider for it.
const EACH: u64 = 2;

/// As many connections as wanted, or as there can be open files for once their limit is raised as far as it goes.
pub(crate) fn connections(wanted: usize) -> usize {
    let files = match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(files) => files,
        Err(error) => {
            tracing::warn!("the limit of open files could not be raised: {error}");
            rlimit::getrlimit(rlimit::Resource::NOFILE).map_or(u64::MAX, |(files, _)| files)
        }
    };
    let possible = fit(files);
    if wanted > possible {
        tracing::warn!(
            files,
            "MAX_CONNECTIONS: {wanted} connections do not fit into the limit of {files} open files, so that there are at \
             most {possible}; raise the limit (ulimit -n, LimitNOFILE) or lower MAX_CONNECTIONS"
        );
    }
    wanted.min(possible)
}

fn fit(files: u64) -> usize {
    usize::try_from(files.saturating_sub(OTHERS).max(EACH * 8) / EACH).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_everything_else() {
        for (files, most) in [(256, 96), (1_024, 480), (65_536, 32_736), (20, 8)] {
            assert_eq!(fit(files), most, "{files}");
        }
    }
}
