/// What the engine keeps of a venue.
struct VenueState {
    var isUp = false
    /// Whether what happens to our orders there is heard.
    var isHeard = true
    /// Whether its balances were ever told.
    var isBalanceKnown = false
    var heardAt = Timestamp.distantPast
    var budget: OrderRateBudget
    let cancelsCount: Bool
    let isMargined: Bool
}
