/// What the engine keeps of a venue.
struct VenueState {
    var isUp = false
    var heardAt = Timestamp.distantPast
    var budget: OrderRateBudget
    let cancelsCount: Bool
}
