internal import Synchronization
internal import TerraceCore
internal import TerraceRuntime
internal import TerraceSimulation
internal import TerraceVenues

/// What is kept of a run's sessions for its report. The sessions belong to the event loop; what is kept may be read anywhere.
final class SessionLog: Sendable {
    private struct Kept {
        var connections: NetworkConnections?
        var reports: [String: SessionReport] = [:]
        var notices: [String: [String]] = [:]
        var balances: [String: [String: String]] = [:]
    }
    private static let mostNotices = 1_000
    private let kept = Mutex(Kept())

    /// The connections whose sessions they are.
    var connections: NetworkConnections? {
        get { self.kept.withLock { $0.connections } }
        set { self.kept.withLock { $0.connections = newValue } }
    }

    /// Takes what there is to tell from the sessions; on the loop.
    func takeNotices() -> [String] {
        guard let connections = self.connections else { return [] }
        var all: [String] = []
        for venue in connections.venues {
            let lines = venue.session.takeNotices().map { $0.line }
            if lines.isEmpty { continue }
            all += lines
            let name = venue.session.dialect.traits.name
            self.kept.withLock { kept in
                kept.notices[name, default: []] += lines
                let surplus = (kept.notices[name]?.count ?? 0) - Self.mostNotices
                if surplus > 0 { kept.notices[name]?.removeFirst(surplus) }
            }
        }
        return all
    }

    /// Notes what the engine reckons the accounts to hold; on the loop.
    func noteBalances(_ engine: borrowing Engine, _ setup: MarketSetup) {
        for (place, venue) in setup.venues.enumerated() {
            let index = VenueIndex(UInt8(truncatingIfNeeded: place))
            var held: [String: String] = [:]
            for (asset, coin) in setup.assets.enumerated() {
                held[coin] = engine.balance(index, AssetIndex(UInt16(truncatingIfNeeded: asset))).text
            }
            self.kept.withLock { $0.balances[venue.name] = held }
        }
    }

    /// Notes what the sessions have counted; on the loop.
    func noteCounts() {
        guard let connections = self.connections else { return }
        for venue in connections.venues {
            let report = SessionReport(venue.session.statistics)
            self.kept.withLock { $0.reports[venue.session.dialect.traits.name] = report }
        }
    }

    /// By venue, what was noted.
    var reports: [String: SessionReport] {
        self.kept.withLock { kept in
            var reports = kept.reports
            for name in reports.keys {
                reports[name]?.notices = kept.notices[name] ?? []
                reports[name]?.balances = kept.balances[name] ?? [:]
            }
            return reports
        }
    }
}

extension SessionNotice {
    /// The notice as a line for people.
    var line: String {
        switch self.severity {
        case .information: self.text
        case .warning: "warning: \(self.text)"
        case .alarm: "ALARM: \(self.text)"
        }
    }
}
