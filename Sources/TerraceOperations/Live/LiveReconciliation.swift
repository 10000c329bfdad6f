internal import TerraceCore
internal import TerraceRuntime
internal import TerraceSimulation
internal import TerraceVenues

/// Whether an engine and the accounts that it traded on agree, after every order was cancelled.
///
/// What venues hold is known by what they listed last. Corrections that came of it are in the engine already, so what the engine
/// holds is also compared by another way: what the fills that it booked come to, against how the venues' balances moved since
/// they were first told; what an earlier run holds is in both. Deposits, withdrawals and trades by others on the same account show as differences.
enum LiveReconciliation {
    /// Every difference, named.
    static func mismatches(
        _ engine: borrowing Engine, _ connections: borrowing NetworkConnections, _ setup: MarketSetup
    ) -> [String] {
        var found: [String] = []
        var setup = setup
        var isComplete = true
        for (place, venue) in connections.venues.enumerated() {
            let session = venue.session
            let name = setup.venues[place].name
            guard let first = session.firstListing, let last = session.lastListing,
                connections.hasConcluded(place)
            else {
                found.append(
                    "\(name): what the account holds could not be compared (\(session.comparisonState)): look there for orders"
                )
                isComplete = false
                continue
            }
            for (symbol, order) in last.orders {
                found.append("order \(order.text) stands on \(symbol) at \(name)")
            }
            let index = VenueIndex(UInt8(truncatingIfNeeded: place))
            setup.balances[place] = []
            for (asset, coin) in setup.assets.enumerated() {
                let asset = AssetIndex(UInt16(truncatingIfNeeded: asset))
                setup.balances[place].append((asset, first.total(of: coin)))
                let ours = engine.balance(index, asset)
                let theirs = last.total(of: coin)
                if ours != theirs {
                    found.append("balance of \(coin) on \(name): engine \(ours.text), venue \(theirs.text)")
                }
            }
        }
        return isComplete ? found + Reconciliation.positions(engine, setup) : found
    }
}
