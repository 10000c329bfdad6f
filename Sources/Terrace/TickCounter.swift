/// Counts calls that come one at a time.
final class TickCounter: @unchecked Sendable {
    // Called by one task only, between its awaits.
    private var count = -1

    /// How many calls there were before this one.
    func next() -> Int {
        self.count += 1
        return self.count
    }
}
