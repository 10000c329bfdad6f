import TerraceCore
import TerraceSimulation
import TerraceVenues

/// Says what commands would do, a bounded number of them a second; the rest is counted.
struct CommandPrinter {
    /// How many are shown in a second.
    static let mostPerSecond = 20

    private let names: [(symbol: String, venue: String, units: Units)]  // By the engine's instrument.
    private var second: Int64 = 0
    private var shown = 0
    private var hidden = 0

    /// A printer for the instruments of `setup`.
    init(_ setup: MarketSetup) {
        self.names = zip(setup.symbols, setup.pairs).flatMap { symbol, pair in
            pair.instruments.map { (symbol, setup.venues[$0.venue.index].name, pair.units) }
        }
    }

    /// The lines that are due for `command`.
    mutating func lines(_ command: Command, at now: Timestamp) -> [String] {
        var lines: [String] = []
        let second = now.nanoseconds / 1_000_000_000
        if second != self.second {
            if self.hidden > 0 { lines.append("... and \(self.hidden) more commands in that second") }
            self.second = second
            self.shown = 0
            self.hidden = 0
        }
        if self.shown < Self.mostPerSecond {
            self.shown += 1
            lines.append(self.text(command))
        } else {
            self.hidden += 1
        }
        return lines
    }

    private func text(_ command: Command) -> String {
        let (symbol, venue, units) = self.names[command.instrument.index]
        func terms(_ verb: String, _ side: Side, _ price: Price, _ quantity: Quantity) -> String {
            "would \(Figures.left(verb, 7))\(Figures.left(symbol, 14))\(Figures.left(venue, 14))"
                + "\(side == .bid ? "bid" : "ask") \(units.text(quantity)) at \(units.text(price))"
        }
        switch command {
        case .place(_, _, let side, let price, let quantity): return terms("place", side, price, quantity)
        case .amend(_, _, let side, let price, let quantity): return terms("amend", side, price, quantity)
        case .cancel(_, let order):
            return "would cancel \(Figures.left(symbol, 14))\(Figures.left(venue, 14))\(order.text)"
        case .query(_, let order):
            return "would query  \(Figures.left(symbol, 14))\(Figures.left(venue, 14))\(order.text)"
        case .resnapshot: return "asks for a snapshot of \(symbol) on \(venue)"
        case .follow: return "follows market data of \(symbol) on \(venue)"
        case .unfollow: return "no longer follows market data of \(symbol) on \(venue)"
        }
    }
}
