public import TerraceCore

extension EngineBenchmark {
    /// Each pair's final consolidated book, the best 20 levels a side, as CSV.
    ///
    /// The columns are `pair,side,level,price,quantity,venue_mask`; the level counts from 0, the best; the side is `bid` or
    /// `ask`, and bit i of the mask stands for venue i.
    public func booksCSV(_ pairs: [FeedPair]) -> String {
        let table = self.finalBooks()
        var text = "pair,side,level,price,quantity,venue_mask\n"
        for (index, pair) in pairs.enumerated() {
            for side in Side.allCases {
                for position in 0..<20 {
                    guard let level = table.level(PairIndex(UInt32(truncatingIfNeeded: index)), side, position) else {
                        break
                    }
                    text += "\(pair.symbol),\(side == .bid ? "bid" : "ask"),\(position),"
                    text += "\(Units.standard.text(level.price)),\(Units.standard.text(level.quantity)),"
                    text += "\(level.venues.bits)\n"
                }
            }
        }
        return text
    }

    /// The two weighted average prices for `quantity` of each pair, as CSV: `pair,side,price,filled`.
    ///
    /// `buy` sweeps the asks, `sell` the bids; `filled` is less than the quantity where the book is too thin.
    public func sweepsCSV(_ pairs: [FeedPair], quantity: Quantity) -> String {
        let table = self.finalBooks()
        var text = "pair,side,price,filled\n"
        for (index, pair) in pairs.enumerated() {
            for (side, name) in [(Side.ask, "buy"), (Side.bid, "sell")] {
                let sweep = table.sweep(PairIndex(UInt32(truncatingIfNeeded: index)), side, quantity)
                text += "\(pair.symbol),\(name),\(Units.standard.text(sweep.price)),"
                text += "\(Units.standard.text(sweep.filled))\n"
            }
        }
        return text
    }
}
