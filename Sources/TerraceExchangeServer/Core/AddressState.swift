import TerraceCore

/// What an address has used of what the venue allows, and whether it is shut out.
struct AddressState {
    /// Weight of its requests.
    var weight: OrderWindow
    /// WebSockets that it has opened.
    var connections: OrderWindow
    /// Until when it is shut out.
    var bannedUntil = Timestamp.distantPast
    /// How many requests it has sent beyond the limit in the window.
    var excess = 0
}
