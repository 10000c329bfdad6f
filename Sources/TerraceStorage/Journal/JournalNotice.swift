/// What people should be told of a journal.
public struct JournalNotice: Sendable, Equatable {
    /// How grave it is.
    public enum Severity: Sendable {
        /// Something is well again.
        case information
        /// Somebody should look, and nothing is held up.
        case warning
        /// What happens can't be brought to the disk now.
        case alarm
    }

    /// How grave it is.
    public let severity: Severity
    /// What happened, and what to do.
    public let text: String
}
