import TerraceCore
import TerraceSimulation
import TerraceVenues

/// An account with its key, and what it has done.
struct ExchangeAccount {
    /// The key, and what it may do.
    let settings: AccountSettings
    /// What the key's requests are signed with.
    let signer: HMACSigner
    /// The account in the matching engine.
    let index: AccountIndex
    /// Orders that stand or are remembered, by the venue's number.
    var orders: [UInt64: OrderRecord] = [:]
    /// The numbers of orders by the owner's ids: the last that had the id.
    var byClientID: [String: UInt64] = [:]
    /// Numbers in order of arrival, from `oldest` on; what is before has been forgotten.
    var arrived: [UInt64] = []
    var oldest = 0
    /// The numbers of those that stand.
    var open: Set<UInt64> = []
    /// Fills in order; the oldest are forgotten beyond a bound.
    var fills: [FillRecord] = []
    /// How many fills there were, forgotten ones included.
    var fillCount = 0
    /// Orders counted in windows, as the protocol set them up.
    var windows: [OrderWindow] = []
    /// When a balance last changed.
    var updatedAt = Timestamp.distantPast
}
