/// What one check of `terrace doctor` found.
public struct DoctorLine: Sendable, Equatable, CustomStringConvertible {
    /// How it went.
    public enum Status: String, Sendable {
        /// Good.
        case ok
        /// It works, and a person should look at it.
        case warning = "warn"
        /// It won't work.
        case failure = "FAIL"
    }

    /// How it went.
    public let status: Status
    /// Which venue; nil for the desk as a whole.
    public let venue: String?
    /// What was looked at.
    public let check: String
    /// What was found, and where that is no good, what to do.
    public let text: String

    /// A finding.
    public init(_ status: Status, _ venue: String?, _ check: String, _ text: String) {
        self.status = status
        self.venue = venue
        self.check = check
        self.text = text
    }

    /// `FAIL  binance       clock         ...`
    public var description: String {
        "\(Figures.left(self.status.rawValue, 6))\(Figures.left(self.venue ?? "desk", 14))"
            + "\(Figures.left(self.check, 16))\(self.text)"
    }
}
