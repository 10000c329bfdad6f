import TerraceCore

/// What a session knows of the orders that it has sent: by which venue numbers they go, which may stand, and which the venue
/// has not shown to have taken. It decides nothing; the engine has its own view, which is the one that counts.
struct OrderRegister {
    struct Entry {
        let slot: Int
        let side: Side
        var price: Price
        var quantity: Quantity
        var filled = Quantity.zero
        let placedAt: Timestamp
        /// This session has sent it; otherwise it is one of an earlier run.
        var isSent = false
        /// The venue has shown it.
        var isKnown = false
        /// When it was shown to stand no longer; `distantFuture` while it may stand.
        var endedAt = Timestamp.distantFuture
        var venueOrder: UInt64 = 0
        var mayStand: Bool { self.endedAt == .distantFuture }
    }
    /// How many ended orders are remembered, for fills that come late and are told by the venue's number.
    static let remembered = 32_768

    private(set) var entries: [ClientOrderID: Entry] = [:]
    private var byVenueOrder: [OrderNumber: ClientOrderID] = [:]  // Looked up, never walked through.
    private var strangers: Set<OrderNumber> = []  // The same.
    private var ended: [ClientOrderID] = []
    private var oldestEnded = 0

    subscript(order: ClientOrderID) -> Entry? { self.entries[order] }

    /// The order that the venue calls `venueOrder` on the instrument at `slot`.
    func order(_ venueOrder: UInt64, _ slot: Int) -> ClientOrderID? {
        venueOrder == 0 ? nil : self.byVenueOrder[OrderNumber(slot: slot, number: venueOrder)]
    }

    /// Whether the venue has said that the order of this number is none of ours.
    func isStranger(_ number: OrderNumber) -> Bool { self.strangers.contains(number) }

    /// The order of this number is none of ours, or the venue knows no such order any more.
    mutating func noteStranger(_ number: OrderNumber) {
        if self.strangers.count >= Self.remembered { self.strangers.removeAll(keepingCapacity: true) }
        self.strangers.insert(number)
    }

    /// How many may stand on the instrument at `slot`.
    func standingCount(_ slot: Int) -> Int { self.standing[slot, default: 0] }
    private var standing: [Int: Int] = [:]  // Looked up, never walked through.

    /// Whether an order on the instrument at `slot` was sent that the venue has not shown, so that fills may be its own.
    ///
    /// - Complexity: O(orders); asked only where a fill of an unknown order was found.
    func hasUnshown(_ slot: Int) -> Bool {
        self.entries.values.contains { $0.slot == slot && !$0.isKnown && $0.mayStand }
    }

    mutating func sent(_ terms: OrderTerms, at now: Timestamp) {
        if self.entries[terms.order] != nil { return }
        self.entries[terms.order] = Entry(
            slot: terms.slot, side: terms.side, price: terms.price, quantity: terms.quantity, placedAt: now,
            isSent: true)
        self.standing[terms.slot, default: 0] += 1
    }

    /// The venue has shown the order, under its own number where it tells one.
    mutating func shown(_ order: ClientOrderID, venueOrder: UInt64) {
        guard let entry = self.entries[order] else { return }
        self.entries[order]?.isKnown = true
        if venueOrder != 0, entry.venueOrder == 0 {
            self.entries[order]?.venueOrder = venueOrder
            self.byVenueOrder[OrderNumber(slot: entry.slot, number: venueOrder)] = order
        }
    }

    /// An order of ours that this session has not sent: one of an earlier run.
    mutating func adopt(_ order: AccountOrder, slot: Int, at now: Timestamp) {
        if self.entries[order.order] == nil {
            self.entries[order.order] = Entry(
                slot: slot, side: order.side, price: order.price, quantity: order.quantity, placedAt: now)
            self.standing[slot, default: 0] += 1
        }
        self.shown(order.order, venueOrder: order.venueOrder)
    }

    mutating func changed(_ order: ClientOrderID, price: Price, quantity: Quantity) {
        self.entries[order]?.price = price
        self.entries[order]?.quantity = quantity
    }

    /// A fill was told that had not been told before.
    mutating func filled(_ order: ClientOrderID, _ quantity: Quantity) {
        guard let entry = self.entries[order] else { return }
        self.entries[order]?.filled = Quantity(units: entry.filled.units &+ quantity.units)
    }

    /// The order no longer stands.
    mutating func end(_ order: ClientOrderID, at now: Timestamp) {
        guard let entry = self.entries[order], entry.mayStand else { return }
        self.entries[order]?.endedAt = now
        self.standing[entry.slot, default: 1] -= 1
        if self.ended.count < Self.remembered {
            self.ended.append(order)
            return
        }
        let forgotten = self.ended[self.oldestEnded]
        if let old = self.entries[forgotten] {
            self.byVenueOrder[OrderNumber(slot: old.slot, number: old.venueOrder)] = nil
        }
        self.entries[forgotten] = nil
        self.ended[self.oldestEnded] = order
        self.oldestEnded = (self.oldestEnded + 1) % Self.remembered
    }

    /// The orders that were shown to stand before `moment` and may still, in an order that does not depend on hashing.
    func standing(shownBefore moment: Timestamp) -> [ClientOrderID] {
        self.entries.filter { $0.value.mayStand && $0.value.isKnown && $0.value.placedAt < moment }.keys
            .sorted { ($0.high, $0.low) < ($1.high, $1.low) }
    }
}

/// A venue's number of an order: Binance counts on each instrument by itself.
struct OrderNumber: Hashable {
    let slot: Int
    let number: UInt64
}
