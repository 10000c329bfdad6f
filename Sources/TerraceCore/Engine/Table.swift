/// Storage for what is registered: one buffer of elements that need not be copyable, addressed by dense index.
///
/// It grows only in `append`, which is called at registration; elements never move otherwise. Every access is checked.
@safe struct Table<Element: ~Copyable>: ~Copyable {
    // Points at `capacity` elements of which the first `count` are initialised; owned by this table alone.
    private var base: UnsafeMutablePointer<Element>?
    private var capacity = 0
    private(set) var count = 0

    init() { unsafe self.base = nil }

    deinit {
        if let base = unsafe self.base {
            unsafe base.deinitialize(count: self.count)
            unsafe base.deallocate()
        }
    }

    /// Adds an element, and returns its index. Amortised O(1); allocates when full.
    @discardableResult
    mutating func append(_ element: consuming Element) -> Int {
        if self.count == self.capacity {
            let larger = max(8, self.capacity * 2)
            let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
            if let base = unsafe self.base {
                unsafe moved.moveInitialize(from: base, count: self.count)
                unsafe base.deallocate()
            }
            unsafe self.base = moved
            self.capacity = larger
        }
        if let base = unsafe self.base { unsafe (base + self.count).initialize(to: element) }
        self.count += 1
        return self.count - 1
    }

    subscript(index: Int) -> Element {
        // The index is checked, and the first `count` elements are initialised.
        unsafeAddress {
            precondition(index >= 0 && index < self.count, "index outside the table")
            return unsafe UnsafePointer(self.base.unsafelyUnwrapped + index)
        }
        unsafeMutableAddress {
            precondition(index >= 0 && index < self.count, "index outside the table")
            return unsafe self.base.unsafelyUnwrapped + index
        }
    }
}
