/// One thing that is wrong, or doubtful, in a configuration file, with its place.
public struct Diagnostic: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// How bad it is.
    public enum Severity: Sendable {
        /// The file is not taken.
        case error
        /// The file is taken, and does perhaps not do what was meant.
        case warning
    }

    /// The file as it was named.
    public let file: String
    /// The key or value that it is about; nil where it is the file as a whole.
    public let place: Place?
    /// How bad it is.
    public let severity: Severity
    /// What is wrong and what to do.
    public let message: String

    /// Says `message` of `place` in `file`.
    public init(file: String, place: Place?, severity: Severity, message: String) {
        self.file = file
        self.place = place
        self.severity = severity
        self.message = message
    }

    /// `desk.yml:14:9: unknown key "spred_bps" in tob_lines[0]; did you mean "spread_bps"?`
    public var description: String {
        let place = self.place.map { ":\($0.line):\($0.column)" } ?? ""
        return "\(self.file)\(place): \(self.severity == .warning ? "warning: " : "")\(self.message)"
    }

    /// Orders by place, what is about the whole file first, then by text.
    public static func < (left: Diagnostic, right: Diagnostic) -> Bool {
        let start = Place(line: 0, column: 0)
        let (one, other) = (left.place ?? start, right.place ?? start)
        return one == other ? left.message < right.message : one < other
    }
}
