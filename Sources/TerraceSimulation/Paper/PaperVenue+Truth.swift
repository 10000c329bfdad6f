public import TerraceCore

extension PaperVenue: VenueTruth {
    /// Our orders that stand; none at another venue than this one.
    public func openOrders(_ venue: Int) -> [(instrument: InstrumentIndex, order: OpenOrder)] {
        guard venue == self.venue.index else { return [] }
        var found: [(instrument: InstrumentIndex, order: OpenOrder)] = []
        for instrument in self.states.indices {
            for queue in self.states[instrument].queues {
                for level in queue.levels {
                    for order in level.orders {
                        found.append(
                            (
                                Self.index(instrument),
                                OpenOrder(
                                    instrument: instrument, client: order.client, side: queue.side,
                                    price: Price(units: level.price), quantity: Quantity(units: order.quantity),
                                    filled: Quantity(units: order.filled))
                            ))
                    }
                }
            }
        }
        return found
    }

    /// What the account holds of a coin; nothing at another venue than this one.
    public func balance(_ venue: Int, _ asset: AssetIndex) -> (total: Amount, free: Amount) {
        guard venue == self.venue.index else { return (.zero, .zero) }
        return (self.account.total[asset.index], self.account.free(asset))
    }

    /// The fills there were; none at another venue than this one.
    public func fills(_ venue: Int) -> [(instrument: InstrumentIndex, entry: FillLedger.Entry)] {
        guard venue == self.venue.index else { return [] }
        return self.ledger.entries.map { (Self.index($0.instrument), $0) }
    }
}
