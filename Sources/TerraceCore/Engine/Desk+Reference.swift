extension Desk {
    /// The price from which a strategy's passive lines quote, by its pricing source.
    ///
    /// Mids are rounded down to the unit, one part in some millions of any tick. The microprice weighs each side's price by
    /// the other side's quantity (Stoikov, "The micro-price", Quantitative Finance 18(12), 2018, gives this weighted mid as
    /// the simplest of its kind).
    ///
    /// - Returns: nil where a side of what it looks at is empty, or the book is too thin for the quantity.
    mutating func reference(_ source: PricingSource, _ pair: PairIndex, _ touch: ConsolidatedTouch) -> Price? {
        switch source {
        case .aggregated:
            return touch.isTwoSided ? Self.mid(touch.bid.price, touch.ask.price) : nil
        case .component(let venues):
            var bid = Price.zero
            var ask = Price(units: .max)
            for index in self.books.instruments(of: pair)
            where venues.contains(self.instruments[index].venue) {
                let venue = self.books.touch(InstrumentIndex(UInt32(truncatingIfNeeded: index)))
                if !venue.bid.isNone { bid = max(bid, venue.bid.price) }
                if !venue.ask.isNone { ask = min(ask, venue.ask.price) }
            }
            return bid == .zero || ask.units == .max ? nil : Self.mid(bid, ask)
        case .liquidityWeighted:
            var weights: Int128 = 0
            var sum: Int128 = 0  // 64 venues of 2^57 times 2^57 stay below 2^120.
            for index in self.books.instruments(of: pair) {
                let venue = self.books.touch(InstrumentIndex(UInt32(truncatingIfNeeded: index)))
                guard venue.isTwoSided else { continue }
                let weight = Int128(venue.bid.quantity.units + venue.ask.quantity.units)
                weights += weight
                sum += weight * Int128(Self.mid(venue.bid.price, venue.ask.price).units)
            }
            return weights == 0 ? nil : Price(units: Int64(sum / weights))
        case .singleVenue(let wanted):
            for index in self.books.instruments(of: pair)
            where self.instruments[index].venue == wanted {
                let venue = self.books.touch(InstrumentIndex(UInt32(truncatingIfNeeded: index)))
                return venue.isTwoSided ? Self.mid(venue.bid.price, venue.ask.price) : nil
            }
            return nil
        case .wapq(let quantity):
            let bids = self.books.sweep(pair, .bid, quantity)
            let asks = self.books.sweep(pair, .ask, quantity)
            return bids.filled == quantity && asks.filled == quantity ? Self.mid(bids.price, asks.price) : nil
        case .microprice:
            guard touch.isTwoSided else { return nil }
            let bid = Int128(touch.bid.price.units) * Int128(touch.ask.quantity.units)
            let ask = Int128(touch.ask.price.units) * Int128(touch.bid.quantity.units)
            let weight = Int128(touch.bid.quantity.units) + Int128(touch.ask.quantity.units)
            return Price(units: Int64((bid + ask) / weight))
        }
    }

    static func mid(_ bid: Price, _ ask: Price) -> Price { Price(units: (bid.units + ask.units) >> 1) }
}
