import Histogram
import TerraceCore
import TerraceRuntime

/// The live screen and its plain form: values in, text out.
public enum Screen {
    /// One line for a log or a pipe.
    public static func line(_ progress: RunProgress) -> String {
        let totals = Totals(progress.shards)
        let latency = totals.latencies.first { $0.name == "update_to_command" }
        return "\(Figures.clock(progress.seconds))  \(Figures.rate(progress.updatesPerSecond)) updates/s"
            + "  quotes \(totals.shown)/\(totals.slots)  fills \(Figures.grouped(totals.fills))"
            + "  profit \(totals.profitText)"
            + "  update to command p50 \(latency.map { Figures.duration($0.p50) } ?? "–")"
            + " p99 \(latency.map { Figures.duration($0.p99) } ?? "–")"
            + (totals.attention.isEmpty ? "" : "  attention \(totals.attention.count) pairs")
    }

    /// A screen of at most `height` lines of `width` columns: totals, latency, profit, and the pairs that need attention;
    /// at its foot `notices`, the last of what connections had to tell.
    public static func lines(
        _ progress: RunProgress, title: String, notices: [String] = [], width: Int, height: Int
    ) -> [String] {
        let foot = notices.isEmpty ? [] : [""] + notices.suffix(5).map { "  " + $0 }
        let body = Self.body(progress, title: title, height: max(1, height - foot.count))
        return (body + foot).prefix(max(1, height)).map { String($0.prefix(width)) }
    }

    private static func body(_ progress: RunProgress, title: String, height: Int) -> [String] {
        let totals = Totals(progress.shards)
        var lines = [
            "Terrace \(title)   \(Figures.clock(progress.seconds))   Ctrl-C cancels every order and ends",
            "",
            "  updates \(Figures.right(Figures.rate(progress.updatesPerSecond), 9)) a second"
                + "   evaluations \(Figures.right(Figures.rate(progress.evaluationsPerSecond), 7)) a second"
                + "   conflated \(Figures.grouped(totals.conflated))",
            "  quotes  \(Figures.right(Figures.grouped(UInt64(totals.shown)), 9)) shown of"
                + " \(Figures.grouped(UInt64(totals.slots)))   classes kept \(totals.keptClasses) of 4"
                + "   memory \(residentBytes() / 1_000_000) MB",
            "  orders  \(Figures.right(Figures.grouped(totals.placed), 9)) placed"
                + "   \(Figures.grouped(totals.amended)) amended   \(Figures.grouped(totals.cancelled)) cancelled"
                + "   \(Figures.grouped(totals.rejected)) refused",
            "  fills   \(Figures.right(Figures.grouped(totals.fills), 9))",
            "",
            "  profit              now          traded",
        ]
        for coin in totals.profit.keys.sorted() {
            lines.append(
                "  \(Figures.left(coin, 8))\(Figures.right(Figures.money(totals.profit[coin] ?? .zero), 15))"
                    + "\(Figures.right(Figures.money(totals.volume[coin] ?? .zero), 16))")
        }
        lines += ["", "  latency               p50        p99      worst"]
        for stage in totals.latencies {
            lines.append(
                "  \(Figures.left(stage.name.replacing("_", with: " "), 18))\(Figures.right(Figures.duration(stage.p50), 9))"
                    + "  \(Figures.right(Figures.duration(stage.p99), 9))  \(Figures.right(Figures.duration(stage.worst), 9))"
            )
        }
        let services = progress.services?.lines ?? []
        if !services.isEmpty { lines += [""] + services.map { "  " + $0 } }
        lines.append(totals.attention.isEmpty ? "  every pair is as its configuration asks for" : "")
        lines += Self.attention(totals, rows: height - lines.count)
        return Array(lines.prefix(height))
    }

    /// The pairs that need attention, the gravest reason first; below them, where there is room, those that earn least.
    private static func attention(_ totals: Totals, rows: Int) -> [String] {
        func row(_ strategy: ShardSummary.Strategy, _ held: String, _ why: String) -> String {
            "  \(Figures.left(strategy.symbol, 18))\(Figures.left(held, 12))\(Figures.left(why, 18))"
                + Figures.right(Figures.decimal(strategy.quantity), 18)
                + Figures.right(Figures.money(strategy.profit), 14) + " \(strategy.quote)"
        }
        func heading(_ name: String, _ held: String, _ why: String) -> String {
            "  \(Figures.left(name, 18))\(Figures.left(held, 12))\(Figures.left(why, 18))"
                + Figures.right("position", 18) + Figures.right("profit", 14)
        }
        var lines: [String] = []
        let listed = totals.attention
        if !listed.isEmpty {
            lines.append(heading("needs attention", "held back", "why"))
            let room = max(1, rows - 1)
            for strategy in listed.prefix(listed.count > room ? room - 1 : room) {
                lines.append(row(strategy, "\(strategy.missing) of \(strategy.slots)", strategy.gate.name))
            }
            if listed.count > room { lines.append("  and \(listed.count - room + 1) more") }
            lines.append("")
        }
        if rows - lines.count >= 2 {
            lines.append(heading("least profitable", "", ""))
            let least = totals.strategies.sorted { ($0.profit, $0.symbol) < ($1.profit, $1.symbol) }
            lines += least.prefix(rows - lines.count).map { row($0, "", "") }
        }
        return lines
    }

    private static func line(_ name: String, _ session: SessionReport) -> String {
        "session      \(name): \(Figures.grouped(session.marketMessages)) market messages, "
            + "\(Figures.grouped(session.accountMessages)) of the account, \(Figures.grouped(session.requests)) requests; "
            + "lost \(session.connectionsLost) connections, corrected \(session.ordersFound + session.ordersMissing) orders, "
            + "\(session.fillsFound) fills"
    }

    /// What a run came to, for people.
    public static func summary(_ report: RunReport) -> String {
        var lines = [
            "",
            "ran \(Figures.clock(report.seconds)): \(report.pairs) pairs, \(report.strategies) strategies, "
                + "\(report.venues) venues",
            "updates      \(Figures.grouped(report.updates)) (\(Figures.rate(report.updatesPerSecond)) a second), "
                + "evaluations \(Figures.grouped(report.evaluations)), conflated \(Figures.grouped(report.conflated))",
            "orders       placed \(Figures.grouped(report.orders.placed)), amended \(Figures.grouped(report.orders.amended)), "
                + "cancelled \(Figures.grouped(report.orders.cancelled)), refused \(Figures.grouped(report.orders.rejected)), "
                + "left \(report.orders.workingAtEnd)",
            "fills        \(Figures.grouped(report.fills))",
        ]
        for coin in report.profit.keys.sorted() {
            lines.append(
                "profit       \(report.profit[coin] ?? "0") \(coin), volume \(report.volume[coin] ?? "0") \(coin)")
        }
        for stage in report.latencyNs.keys.sorted() {
            if let these = report.latencyNs[stage] {
                lines.append(
                    "latency      \(stage): p50 \(Figures.duration(these.p50)), p99 \(Figures.duration(these.p99)), "
                        + "max \(Figures.duration(these.max))")
            }
        }
        let held = report.gates.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        if !held.isEmpty {
            lines.append(
                "held back    "
                    + held.prefix(6).map { "\($0.key) \(Figures.grouped($0.value))" }.joined(separator: ", "))
        }
        for (name, session) in (report.sessions ?? [:]).sorted(by: { $0.key < $1.key }) {
            lines.append(Self.line(name, session))
        }
        lines += report.services?.lines ?? []
        lines.append("memory       \(report.memoryBytes.resident / 1_000_000) MB resident")
        lines.append("state hash   \(report.stateHash)")
        lines.append(
            report.reconciled
                ? "reconciled   yes: orders, fills, positions and balances equal the venues' own"
                : "reconciled   NO, \(report.mismatches.count) differences:")
        lines += report.mismatches.prefix(20).map { "  " + $0 }
        if report.mismatches.count > 20 { lines.append("  and \(report.mismatches.count - 20) more") }
        return lines.joined(separator: "\n")
    }
}

/// The sums over shards that the screen shows.
private struct Totals {
    struct Stage {
        let name: String
        var p50: UInt64
        var p99: UInt64
        var worst: UInt64
    }
    var conflated: UInt64 = 0
    var placed: UInt64 = 0
    var amended: UInt64 = 0
    var cancelled: UInt64 = 0
    var rejected: UInt64 = 0
    var fills: UInt64 = 0
    var shown = 0
    var slots = 0
    var keptClasses = 4
    var strategies: [ShardSummary.Strategy] = []
    /// The strategies that need attention, the gravest reason first, then those with most quotes held back.
    var attention: [ShardSummary.Strategy] = []
    var latencies: [Stage] = []
    var profit: [String: Amount] = [:]
    var volume: [String: Amount] = [:]

    init(_ shards: [ShardSummary]) {
        for shard in shards {
            self.conflated += shard.statistics.conflated
            self.placed += shard.statistics.placed
            self.amended += shard.statistics.amended
            self.cancelled += shard.statistics.cancelled
            self.rejected += shard.statistics.rejected
            self.fills += shard.statistics.fills
            self.shown += shard.openOrders
            self.keptClasses = min(self.keptClasses, shard.keptClasses)
            self.strategies += shard.strategies
            for (name, histogram) in shard.latencies.stages where histogram.totalCount > 0 { self.add(name, histogram) }
        }
        for strategy in self.strategies {
            self.slots += strategy.slots
            self.profit[strategy.quote, default: .zero] += strategy.profit
            self.volume[strategy.quote, default: .zero] += strategy.volume
        }
        self.attention = self.strategies.filter { $0.needsAttention }.sorted {
            ($0.gate.rawValue, $1.missing, $0.symbol) < ($1.gate.rawValue, $0.missing, $1.symbol)
        }
    }

    /// With several shards the slowest is shown.
    private mutating func add(_ name: String, _ histogram: Histogram<UInt32>) {
        let stage = Stage(
            name: name, p50: UInt64(histogram.valueAtPercentile(50)), p99: UInt64(histogram.valueAtPercentile(99)),
            worst: UInt64(histogram.max))
        guard let known = self.latencies.firstIndex(where: { $0.name == name }) else {
            self.latencies.append(stage)
            return
        }
        self.latencies[known].p50 = max(self.latencies[known].p50, stage.p50)
        self.latencies[known].p99 = max(self.latencies[known].p99, stage.p99)
        self.latencies[known].worst = max(self.latencies[known].worst, stage.worst)
    }

    var profitText: String {
        self.profit.keys.sorted().map { "\(Figures.money(self.profit[$0] ?? .zero)) \($0)" }.joined(separator: ", ")
    }
}
