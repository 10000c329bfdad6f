/// Something that happened on the bus, for a person to read.
public struct BusNotice: Sendable, Equatable {
    /// How much it matters.
    public enum Severity: UInt8, Sendable {
        /// Ordinary life.
        case information
        /// It costs quotes.
        case warning
        /// A person must act.
        case alarm
    }
    /// How much it matters.
    public let severity: Severity
    /// What happened, and what to do where there is something. Never a password.
    public let text: String
}
