import Foundation
import TerraceCore

/// A replay in text, for people.
public enum ReplayText {
    /// One line of a run that goes on.
    static func progress(
        _ world: borrowing ReplayWorld, records: Int, of all: Int, since first: Timestamp?
    ) -> String {
        let summary = world.summary(hash: false)
        var profit: [String: Amount] = [:]
        for strategy in summary.strategies { profit[strategy.quote, default: .zero] += strategy.profit }
        let profits = profit.keys.sorted().map { "\(Self.short(profit[$0] ?? .zero)) \($0)" }.joined(separator: ", ")
        let seconds = world.now.nanoseconds(since: first ?? world.now) / 1_000_000_000
        return "\(100 * records / max(1, all))%  \(Self.grouped(UInt64(seconds))) s recorded  updates "
            + "\(Self.grouped(summary.statistics.updates))  orders open \(summary.openOrders)  fills "
            + "\(Self.grouped(summary.statistics.fills))  profit \(profits)"
    }

    /// What a replay read, a line a symbol and one for the whole; empty for other runs.
    public static func summary(_ report: RunReport) -> String {
        var lines: [String] = []
        if let feed = report.feed {
            for symbol in feed.keys.sorted() {
                guard let these = feed[symbol] else { continue }
                lines.append(
                    "feed         \(symbol): applied \(Self.grouped(these.applied)), dropped "
                        + "\(Self.grouped(these.dropped)), gaps \(Self.grouped(these.gaps)), trades "
                        + "\(Self.grouped(these.trades)), bid \(these.final.bids.first?.first ?? "none"), ask "
                        + "\(these.final.asks.first?.first ?? "none")"
                        + (these.malformed > 0 ? ", malformed \(Self.grouped(these.malformed))" : ""))
            }
        }
        if let replay = report.replay {
            lines.append(
                "replay       \(Self.grouped(UInt64(replay.records))) records\(replay.endedEarly ? " (ended early)" : "")"
                    + " in \(String(format: "%.2f", replay.wallSeconds)) s: "
                    + "\(Self.grouped(UInt64(replay.recordsPerSecond))) records and "
                    + "\(Self.grouped(UInt64(replay.eventsPerSecond))) events a second"
                    + (replay.otherSymbols > 0
                        ? "; \(Self.grouped(replay.otherSymbols)) messages of symbols not asked for" : ""))
        }
        return lines.joined(separator: "\n")
    }

    /// What is wrong with a replay that came to its end with nothing to show; nil for others.
    public static func failure(_ report: RunReport) -> String? {
        guard let feed = report.feed, report.replay?.endedEarly == false else { return nil }
        let idle = feed.filter { $0.value.applied == 0 }.keys.sorted()
        if idle.isEmpty { return nil }
        return "no change of the book was applied for \(idle.joined(separator: ", ")): is --venue the market that was "
            + "recorded (binance is spot, binance_perp are perpetuals), and does a snapshot come before its changes?"
    }

    /// Cut after the second decimal, for the eye only.
    private static func short(_ amount: Amount) -> String {
        let text = amount.text
        guard let point = text.firstIndex(of: ".") else { return text }
        return String(text.prefix(text.distance(from: text.startIndex, to: point) + 3))
    }

    private static func grouped(_ value: UInt64) -> String {
        var text = ""
        for (index, digit) in String(value).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
