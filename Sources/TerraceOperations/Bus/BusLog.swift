internal import Synchronization
import TerraceBus

/// What is kept of a run's bus for its report. The subscriber belongs to the event loop; what is kept may be read anywhere.
final class BusLog: Sendable {
    private struct Kept {
        var connections: BusConnections?
        var report = BusReport()
    }
    private static let mostNotices = 1_000
    private let kept = Mutex(Kept())

    /// The connections of which this is the log.
    var connections: BusConnections? {
        get { self.kept.withLock { $0.connections } }
        set { self.kept.withLock { $0.connections = newValue } }
    }

    /// Takes what there is to tell; on the loop.
    func takeNotices() -> [String] {
        guard let connections = self.connections else { return [] }
        let lines = connections.subscriber.takeNotices().map { $0.line }
        let statistics = connections.subscriber.statistics
        self.kept.withLock { kept in
            kept.report.take(statistics)
            kept.report.notices += lines
            let surplus = kept.report.notices.count - Self.mostNotices
            if surplus > 0 { kept.report.notices.removeFirst(surplus) }
        }
        return lines
    }

    /// Notes what was counted; on the loop.
    func noteCounts() {
        guard let statistics = self.connections?.subscriber.statistics else { return }
        self.kept.withLock { $0.report.take(statistics) }
    }

    /// What was noted.
    var report: BusReport { self.kept.withLock { $0.report } }
}
