import TerraceCore

/// A fill of an account as the exchange keeps it.
struct FillRecord {
    /// The place of the instrument.
    let instrument: Int
    /// The venue's number of the order.
    let order: UInt64
    /// The owner's id of the order.
    let clientID: String
    /// The trade as the matching engine reports it. Its number counts the instrument's trades from 1.
    let fill: Fill
    /// When.
    let at: Timestamp

    /// What was paid.
    var notional: Notional { Notional(of: self.fill.quantity, at: self.fill.price) }
}
