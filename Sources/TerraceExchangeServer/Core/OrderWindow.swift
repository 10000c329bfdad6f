import TerraceCore

/// Counts what is let through in windows of fixed length that begin at whole multiples of it, as venues count orders and weight.
struct OrderWindow {
    /// How long the window is.
    let nanoseconds: Int64
    /// How much is let through.
    let limit: Int
    private var number: Int64 = -1
    private var counted = 0

    init(nanoseconds: Int64, limit: Int) {
        self.nanoseconds = max(1, nanoseconds)
        self.limit = limit
    }

    /// What has been used at `now`.
    func used(at now: Timestamp) -> Int { now.nanoseconds / self.nanoseconds == self.number ? self.counted : 0 }

    /// Counts `amount`, whether or not the limit is passed.
    mutating func count(_ amount: Int, at now: Timestamp) {
        let current = now.nanoseconds / self.nanoseconds
        if current != self.number { (self.number, self.counted) = (current, 0) }
        self.counted += amount
    }

    /// Nanoseconds until the next window.
    func left(at now: Timestamp) -> Int64 { self.nanoseconds - now.nanoseconds % self.nanoseconds }
}
