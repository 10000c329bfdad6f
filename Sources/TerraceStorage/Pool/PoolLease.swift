internal import Synchronization

/// What the holder of a lent connection looks at now and then.
public final class PoolLease: Sendable {
    private let flag = Atomic<Bool>(false)

    init() {}

    /// Whether the pool stops, and wants its connection back.
    public var isStopping: Bool { self.flag.load(ordering: .acquiring) }

    func stop() { self.flag.store(true, ordering: .releasing) }
}
