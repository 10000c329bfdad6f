import Foundation
import Histogram
import TerraceCore
import TerraceRuntime

/// The live screen and its plain form: values in, text out.
public enum Screen {
    /// One line for a log or a pipe.
    public static func line(_ shards: [ShardSummary], _ seconds: Double) -> String {
        let totals = Totals(shards)
        return String(
            format:
                "%6.0fs  updates %@  evaluations %@  orders open %d  fills %@  profit %@  update to command p50 %@ p99 %@",
            seconds, grouped(totals.updates), grouped(totals.evaluations), totals.open, grouped(totals.fills),
            profits(totals.profit), duration(totals.p50), duration(totals.p99))
    }

    /// A screen of at most `height` lines: totals, latency, profit, and the pairs that need attention.
    public static func lines(_ shards: [ShardSummary], _ seconds: Double, height: Int) -> [String] {
        let totals = Totals(shards)
        var lines = [
            "Terrace  \(Int(seconds)) s   pairs \(totals.strategies)   Ctrl-C cancels every order and ends",
            "",
            "  updates      \(pad(grouped(totals.updates), 14))   per second \(grouped(UInt64(Double(totals.updates) / max(1, seconds))))",
            "  evaluations  \(pad(grouped(totals.evaluations), 14))   conflated  \(grouped(totals.conflated))",
            "  orders open  \(pad(String(totals.open), 14))   placed \(grouped(totals.placed))  amended \(grouped(totals.amended))  cancelled \(grouped(totals.cancelled))  refused \(grouped(totals.rejected))",
            "  fills        \(pad(grouped(totals.fills), 14))   profit \(profits(totals.profit))",
            "  latency      update to command p50 \(duration(totals.p50))  p99 \(duration(totals.p99))  max \(duration(totals.worst))",
            "",
            "  needs attention     held back  why                 position              profit",
        ]
        let all = shards.flatMap { $0.strategies }
        let attention = all.sorted { ($0.missing, $1.profit) > ($1.missing, $0.profit) }
        for strategy in attention.prefix(max(3, height - lines.count - 1)) {
            lines.append(
                "  \(padRight(strategy.symbol, 18))  \(pad("\(strategy.missing)", 9))  \(padRight(strategy.gate.name, 18))  "
                    + "\(padRight(String(strategy.quantity.prefix(20)), 20))  \(short(strategy.profit)) \(strategy.quote)"
            )
        }
        return lines
    }

    /// What a run came to, for people.
    public static func summary(_ report: RunReport) -> String {
        var lines = [
            "",
            "ran \(String(format: "%.1f", report.seconds)) s: \(report.pairs) pairs, \(report.strategies) strategies, \(report.venues) venues",
            "updates      \(grouped(report.updates)) (\(Int(report.updatesPerSecond)) a second), evaluations \(grouped(report.evaluations)), conflated \(grouped(report.conflated))",
            "orders       placed \(grouped(report.orders.placed)), amended \(grouped(report.orders.amended)), cancelled \(grouped(report.orders.cancelled)), refused \(grouped(report.orders.rejected)), left \(report.orders.workingAtEnd)",
            "fills        \(grouped(report.fills))",
        ]
        for coin in report.profit.keys.sorted() {
            lines.append(
                "profit       \(report.profit[coin] ?? "0") \(coin), volume \(report.volume[coin] ?? "0") \(coin)")
        }
        for stage in report.latencyNs.keys.sorted() {
            if let these = report.latencyNs[stage] {
                lines.append(
                    "latency      \(stage): p50 \(duration(these.p50)), p99 \(duration(these.p99)), max \(duration(these.max))"
                )
            }
        }
        lines.append("memory       \(report.memoryBytes.resident / 1_000_000) MB resident")
        lines.append("state hash   \(report.stateHash)")
        lines.append(
            report.reconciled
                ? "reconciled   yes: orders, fills, positions and balances equal the venues' own"
                : "reconciled   NO, \(report.mismatches.count) differences:")
        lines += report.mismatches.prefix(20).map { "  " + $0 }
        return lines.joined(separator: "\n")
    }

    private struct Totals {
        var updates: UInt64 = 0
        var evaluations: UInt64 = 0
        var conflated: UInt64 = 0
        var placed: UInt64 = 0
        var amended: UInt64 = 0
        var cancelled: UInt64 = 0
        var rejected: UInt64 = 0
        var fills: UInt64 = 0
        var open = 0
        var strategies = 0
        var p50: UInt64 = 0
        var p99: UInt64 = 0
        var worst: UInt64 = 0
        var profit: [String: Amount] = [:]

        init(_ shards: [ShardSummary]) {
            for shard in shards {
                self.updates += shard.statistics.updates
                self.evaluations += shard.statistics.evaluations
                self.conflated += shard.statistics.conflated
                self.placed += shard.statistics.placed
                self.amended += shard.statistics.amended
                self.cancelled += shard.statistics.cancelled
                self.rejected += shard.statistics.rejected
                self.fills += shard.statistics.fills
                self.open += shard.openOrders
                self.strategies += shard.strategies.count
                for strategy in shard.strategies { self.profit[strategy.quote, default: .zero] += strategy.profit }
                let histogram = shard.latencies.updateToCommand
                if histogram.totalCount > 0 {
                    self.p50 = max(self.p50, UInt64(histogram.valueAtPercentile(50)))
                    self.p99 = max(self.p99, UInt64(histogram.valueAtPercentile(99)))
                    self.worst = max(self.worst, UInt64(histogram.max))
                }
            }
        }
    }

    private static func profits(_ profit: [String: Amount]) -> String {
        profit.keys.sorted().map { "\(short(profit[$0] ?? .zero)) \($0)" }.joined(separator: "  ")
    }

    /// Cut after the sixth decimal, for the eye only.
    private static func short(_ amount: Amount) -> String {
        let text = amount.text
        guard let point = text.firstIndex(of: ".") else { return text }
        return String(text.prefix(text.distance(from: text.startIndex, to: point) + 7))
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func padRight(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func grouped(_ value: UInt64) -> String {
        var text = ""
        for (index, digit) in String(value).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }

    private static func duration(_ nanoseconds: UInt64) -> String {
        nanoseconds < 1_000
            ? "\(nanoseconds) ns"
            : nanoseconds < 1_000_000
                ? String(format: "%.1f us", Double(nanoseconds) / 1e3)
                : String(format: "%.1f ms", Double(nanoseconds) / 1e6)
    }
}
