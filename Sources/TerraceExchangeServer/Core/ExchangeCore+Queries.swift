import TerraceCore
import TerraceSimulation

extension ExchangeCore {
    /// An order by the venue's number.
    func order(_ account: Int, id: UInt64) -> OrderRecord? { self.accounts[account].orders[id] }

    /// An order by its owner's id: the last that had it.
    func order(_ account: Int, clientID: String) -> OrderRecord? {
        self.accounts[account].byClientID[clientID].flatMap { self.accounts[account].orders[$0] }
    }

    /// Orders that stand, by number; on one instrument or on all.
    func openOrders(_ account: Int, instrument: Int? = nil) -> [OrderRecord] {
        self.accounts[account].open.sorted().compactMap { self.accounts[account].orders[$0] }
            .filter { instrument == nil || $0.instrument == instrument }
    }

    /// Orders that stand or are remembered, oldest first.
    func orders(_ account: Int, where isWanted: (OrderRecord) -> Bool) -> [OrderRecord] {
        let known = self.accounts[account]
        return known.arrived[known.oldest...].compactMap { known.orders[$0] }.filter(isWanted)
    }

    /// Fills that are remembered, oldest first.
    func fills(_ account: Int, where isWanted: (FillRecord) -> Bool) -> [FillRecord] {
        self.accounts[account].fills.filter(isWanted)
    }
}

extension ExchangeCore {
    /// The best levels of both sides in `scratch.levels`, and the sequence of the book's last change.
    ///
    /// Every operation publishes what it has changed, so that nothing is left that a change message would still have to tell.
    func snapshot(_ instrument: Int, depth: Int, into scratch: inout VenueOutput) -> UInt64 {
        scratch.removeAll()
        self.venue.snapshot(instrument, depth: depth, at: self.now, into: &scratch)
        return scratch.depths.last?.last ?? 0
    }
}
