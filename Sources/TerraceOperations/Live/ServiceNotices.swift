internal import Synchronization
import TerraceStorage

/// What journal and store had to tell in a run, for its report.
final class ServiceNotices: Sendable {
    private static let most = 1_000
    private let lines = Mutex<[String]>([])

    /// Notes `lines`, and gives them back. The last 1,000 are kept.
    @discardableResult
    func noted(_ lines: [String]) -> [String] {
        if lines.isEmpty { return lines }
        self.lines.withLock { $0 = ($0 + lines).suffix(Self.most) }
        return lines
    }

    /// What was noted, oldest first.
    var all: [String] { self.lines.withLock { $0 } }
}

extension JournalNotice {
    /// The notice as a line for people.
    ///
    /// - Parameter quotes: Whether there are quotes, which go while the journal fails.
    func line(quotes: Bool) -> String {
        switch self.severity {
        case .information: self.text
        case .warning: "warning: \(self.text)"
        case .alarm:
            "ALARM: \(self.text); "
                + (quotes ? "quotes are pulled until then" : "public trades are dropped where it lasts")
        }
    }
}
