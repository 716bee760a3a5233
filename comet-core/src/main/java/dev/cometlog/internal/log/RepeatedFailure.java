package dev.cometlog.internal.log;

/// Remembers the last failure of something that is tried again and again, so that it is logged once and not at every
/// attempt. Not thread-safe.
final class RepeatedFailure {
    private String last = "";

    /// Whether nobody was told of it yet: what was attempted has worked since, or failed for another reason.
    boolean isNews(Throwable failure) {
        String cause = failure.toString();
        boolean isNews = !cause.equals(last);
        last = cause;
        return isNews;
    }

    /// It worked.
    void over() {
        last = "";
    }
}
