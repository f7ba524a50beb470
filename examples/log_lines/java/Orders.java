import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An app that knows nothing of tracing: the agent puts the ids into each line's context. */
public class Orders {
    private static final Logger LOG = LoggerFactory.getLogger(Orders.class);

    public static void main(String[] arguments) {
        LOG.warn("started");
    }
}
